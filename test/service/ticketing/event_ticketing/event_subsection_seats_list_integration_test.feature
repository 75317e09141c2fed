Feature: Seats of a subsection
  The overview counts the seats of every subsection; the seat list shows each seat of one of them.
  Both come from the live seat store.

  Background:
    Given a seller
    And a buyer
    And an event of this seller with 2 rows of 3 seats:
      | section | price | subsections |
      | A       | 2000  | 2           |
      | VIP     | 9000  | 1           |

  Scenario: The overview counts the seats of every subsection
    Given the buyer has bought A-2-1-1 and A-2-1-2
    And the buyer has reserved VIP-1-2-3
    When the buyer looks at the overview
    Then the overview shows:
      | section | subsection | price | total | available | reserved | sold |
      | A       | 1          | 2000  | 6     | 6         | 0        | 0    |
      | A       | 2          | 2000  | 6     | 4         | 0        | 2    |
      | VIP     | 1          | 9000  | 6     | 5         | 1        | 0    |

  Scenario: The seat list shows every seat in row and seat order
    When the buyer looks at the seats of A-1
    Then the seat list shows 6 available, 0 reserved and 0 sold of 6 seats
    And the seats are listed as A-1-1-1, A-1-1-2, A-1-1-3, A-1-2-1, A-1-2-2, A-1-2-3
    And each listed seat costs 2000

  Scenario: The seat list shows what became of each seat
    Given the buyer has bought VIP-1-1-1
    And the buyer has reserved VIP-1-1-2 and VIP-1-2-3
    When the buyer looks at the seats of VIP-1
    Then the seat list shows 3 available, 2 reserved and 1 sold of 6 seats
    And VIP-1-1-1 is listed as sold
    And VIP-1-1-2 is listed as reserved
    And VIP-1-2-3 is listed as reserved
    And VIP-1-1-3 is listed as available

  Scenario: A seat that is let go is listed as available again
    Given the buyer has reserved A-1-2-2
    When the buyer lets the reservation go
    And the buyer looks at the seats of A-1
    Then A-1-2-2 is listed as available
    And the seat list shows 6 available, 0 reserved and 0 sold of 6 seats

  Scenario: A seat is never given to two buyers
    Given another buyer
    And the buyer has reserved A-1-1-1
    When the other buyer tries to reserve A-1-1-1 and A-1-1-2
    Then the request is refused because A-1-1-1 is taken
    When the buyer looks at the seats of A-1
    Then A-1-1-1 is listed as reserved
    And A-1-1-2 is listed as available

  Scenario: The seat list comes from the live seat store
    Given the live seat store says that A-1-1-3 is sold
    When the buyer looks at the seats of A-1
    Then A-1-1-3 is listed as sold

  Scenario: Nobody has to sign in to see the seats
    Given a visitor
    When the visitor looks at the seats of VIP-1
    Then the seat list shows 6 available, 0 reserved and 0 sold of 6 seats

  Scenario Outline: Seats that do not exist are not found
    When the buyer tries to look at <what>
    Then the request is refused because there is no such thing

    Examples:
      | what                                         |
      | the seats of Z-1                             |
      | the seats of A-3                             |
      | the seats of A-0                             |
      | the seats of an event that does not exist    |
      | the overview of an event that does not exist |
