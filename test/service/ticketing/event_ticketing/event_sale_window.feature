Feature: Dates and the sale window
  A seller says when an event is and when its seats are sold. Nobody gets a seat before the sale
  opens or after it has closed, whatever they ask. What a buyer holds in time they may buy later.

  Background:
    Given a seller
    And a buyer
    And an event of this seller with 1 rows of 5 seats:
      | section | price | subsections |
      | A       | 2000  | 1           |

  Scenario: Nobody reserves before the sale opens
    Given the sale of the event opens in 3600 seconds
    When the buyer reserves A-1-1-1
    Then they are told that the sale opens in 3600 seconds
    And no seat of the event has changed hands
    And the list of events on sale shows the event

  Scenario: The sale opens by itself
    Given the sale of the event opens in 2 seconds
    When the buyer reserves A-1-1-1 as soon as they may
    Then A-1-1-1 is reserved
    And it was reserved no sooner than the sale opened

  Scenario: Nobody reserves after the sale has closed, but what is held may be bought
    Given the sale of the event closes in 2 seconds
    And the buyer holds A-1-1-1
    When the sale has closed
    And the buyer reserves A-1-1-2
    Then they are told that the event is not on sale
    And the list of events on sale does not show the event
    And the buyer can still confirm what they hold

  Scenario: An event without dates is as it always was
    When the seller reads the event
    Then it has no dates
