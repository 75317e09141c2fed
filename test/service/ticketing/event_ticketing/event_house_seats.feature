Feature: House seats
  A seller takes seats off sale, for guests, the crew or a camera. Everybody sees them as reserved.
  They stay so until the seller puts them on sale again, or the event is over.

  Background:
    Given a seller
    And a buyer
    And an event of this seller with 2 rows of 5 seats:
      | section | price | subsections |
      | A       | 2000  | 2           |

  Scenario: Seats are taken off sale by name
    When the seller takes A-1-1-1 and A-1-1-2 off sale
    Then A-1-1-1 and A-1-1-2 are reserved
    And the house seats are A-1-1-1 and A-1-1-2
    When the buyer tries to reserve A-1-1-2
    Then the request is refused because A-1-1-2 is taken

  Scenario: A whole subsection is taken off sale, but for what others have
    Given the buyer has reserved A-2-1-3
    When the seller takes all of A-2 off sale
    Then 9 seats were taken off sale
    And A-2-1-1 and A-2-2-5 are reserved
    And the buyer still holds A-2-1-3

  Scenario: All of the seats are taken, or none
    Given the buyer has bought A-1-1-3
    When the seller tries to take A-1-1-2 and A-1-1-3 off sale
    Then the request is refused because A-1-1-3 is taken
    And A-1-1-2 is available

  Scenario: House seats go on sale again
    Given the seller has taken A-1-1-1 and A-1-1-2 off sale
    And the buyer has reserved A-1-1-3
    When the seller puts A-1-1-1 and A-1-1-3 on sale again
    Then A-1-1-1 is available
    And the house seats are A-1-1-2
    And the buyer still holds A-1-1-3

  Scenario: Nobody confirms or releases house seats
    Given the seller has taken A-1-1-1 off sale
    When the buyer tries to have the house seats as a reservation
    Then the request is refused because there is no such thing
    When the seller tries to have the house seats as a reservation
    Then the request is refused because only a buyer may do this
    And A-1-1-1 is reserved

  Scenario: House seats are for the seller of the event alone
    Given another seller
    When the other seller tries to take A-1-1-1 and A-1-1-2 off sale
    Then the request is refused because only a seller may do this
    When the buyer tries to take A-1-1-1 and A-1-1-2 off sale
    Then the request is refused because only a seller may do this
    And A-1-1-1 and A-1-1-2 are available

  Scenario: Seats are taken off sale before the sale opens
    Given the sale of the event opens tomorrow
    When the seller takes A-1-1-1 off sale
    Then A-1-1-1 is reserved

  Scenario: House seats end with the event
    Given the seller has taken A-1-1-1 off sale
    When the seller declares the event completed
    Then A-1-1-1 is available
    And there are no house seats
    When the seller tries to take A-1-1-1 off sale
    Then the request is refused because of what has happened meanwhile
