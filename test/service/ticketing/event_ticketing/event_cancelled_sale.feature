Feature: Cancelling a sale
  A seller takes a sale back: its seats are on sale again, its tickets are void, and the buyer reads
  when and why.

  Background:
    Given a seller
    And a buyer
    And an event of this seller with 1 rows of 5 seats:
      | section | price | subsections |
      | A       | 2000  | 1           |
    And the buyer has bought A-1-1-1 and A-1-1-2

  Scenario: The seats are on sale again, and the buyer reads why
    Given another buyer
    When the seller cancels the sale because "The hall is flooded"
    Then the buyer reads that the sale was cancelled because "The hall is flooded"
    And A-1-1-1 and A-1-1-2 are available
    And the other buyer can buy A-1-1-1

  Scenario: Cancelling again changes nothing
    Given another buyer
    When the seller cancels the sale because "The hall is flooded"
    And the other buyer buys A-1-1-1
    And the seller cancels the sale because "A slip of the hand"
    Then the buyer reads that the sale was cancelled because "The hall is flooded"
    And A-1-1-1 is sold

  Scenario: A reason need not be given
    When the seller cancels the sale
    Then the buyer reads that the sale was cancelled

  Scenario: What is not sold is not cancelled
    Given the buyer has reserved A-1-1-3
    When the seller tries to cancel it
    Then the request is refused because of what has happened meanwhile
    And A-1-1-3 is reserved

  Scenario: Nobody else cancels a sale
    Given another seller
    When the other seller tries to cancel it
    Then the request is refused because there is no such thing
    When the buyer tries to cancel it
    Then the request is refused because only a seller may do this
    And A-1-1-1 and A-1-1-2 are sold

  Scenario: After the event the seats stay as they are
    When the seller declares the event ended
    And the seller tries to cancel it
    Then the request is refused because of what has happened meanwhile
    And A-1-1-1 and A-1-1-2 are sold

  Scenario: A reservation that nobody cancels is as it always was
    When the buyer looks at the reservation
    Then it says nothing of cancelling
