Feature: Being told by webhook
  A seller registers the address of a program of their own, and it is told what happens to their events:
  signed, in order, and again until it was taken.

  Background:
    Given a seller
    And a buyer
    And a program of this seller that is told of everything
    And an event of this seller with 1 rows of 5 seats:
      | section | price | subsections |
      | A       | 2000  | 1           |

  Scenario: A sale from its beginning to its end
    Given the buyer has bought A-1-1-1 and A-1-1-2
    When the seller cancels the sale
    Then the program has been told, in this order:
      | type                  | seats               |
      | event.created         |                     |
      | reservation.reserved  | A-1-1-1 and A-1-1-2 |
      | reservation.confirmed | A-1-1-1 and A-1-1-2 |
      | reservation.cancelled | A-1-1-1 and A-1-1-2 |
    And each message is signed with the secret that the seller was shown

  Scenario: A program hears only what it was registered for
    Given another program of this seller that is told of event.closed
    When the buyer buys A-1-1-1
    And the seller declares the event ended
    Then the other program has been told of event.closed alone

  Scenario: What others do with their events is not told
    Given another seller
    When the other seller creates an event
    And the buyer buys A-1-1-1
    Then the program hears of this seller's event alone

  Scenario: What was not taken is told again, and nothing overtakes it
    Given the program answers 500 to reservation.reserved
    When the buyer buys A-1-1-1
    Then the seller reads that reservation.reserved was answered with 500
    And the program has not been told of reservation.confirmed
    When the program is mended
    And the seller has reservation.reserved sent again
    Then the program has been told, in this order:
      | type                  | seats   |
      | event.created         |         |
      | reservation.reserved  | A-1-1-1 |
      | reservation.reserved  | A-1-1-1 |
      | reservation.confirmed | A-1-1-1 |
    And what was told twice has the same id

  Scenario: A program that says it is gone is left alone
    Given the program answers 410 to reservation.reserved
    When the buyer buys A-1-1-1
    Then the seller reads that the webhook is paused because the program is gone

  Scenario: While it is paused a program is told nothing
    When the seller pauses the webhook
    And the buyer buys A-1-1-1
    And the seller resumes the webhook
    And the buyer buys A-1-1-2
    Then the program has been told, in this order:
      | type                  | seats   |
      | event.created         |         |
      | reservation.reserved  | A-1-1-2 |
      | reservation.confirmed | A-1-1-2 |

  Scenario: After a change of the secret both are good for a day
    When the seller changes the secret
    And the buyer buys A-1-1-1
    Then each message is signed with the secret that the seller was shown
    And the last message is signed with the new secret too

  Scenario: A seller tries whether the program listens
    When the seller sends a test
    Then the program has been told of webhook.test

  Scenario: Nobody else sees a webhook
    Given another seller
    When the other seller asks for the webhook
    Then the request is refused because there is no such thing
    When the buyer asks for the webhook
    Then the request is refused because only a seller may do this
