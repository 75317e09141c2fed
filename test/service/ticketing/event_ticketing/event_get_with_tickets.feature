Feature: Event detail with tickets
  Anyone may look at an event: what is left in each subsection, live, and every single ticket.

  Background:
    Given a seller
    And a buyer
    And an event of this seller with 2 rows of 5 seats:
      | section | price | subsections |
      | A       | 2000  | 2           |
      | B       | 1500  | 1           |

  Scenario: A new event shows all seats as available
    When the buyer looks at the event
    Then the event shows these seats:
      | subsection | available | reserved | sold | total |
      | A-1        | 10        | 0        | 0    | 10    |
      | A-2        | 10        | 0        | 0    | 10    |
      | B-1        | 10        | 0        | 0    | 10    |
    And the event shows 30 tickets in the order of their seats
    And each ticket has its section, subsection, row, seat, price and status

  Scenario: The detail follows what buyers do
    Given the buyer has bought A-1-1-1
    And the buyer has reserved A-1-1-2 and B-1-2-5
    When the buyer looks at the event
    Then the event shows these seats:
      | subsection | available | reserved | sold | total |
      | A-1        | 8         | 1        | 1    | 10    |
      | A-2        | 10        | 0        | 0    | 10    |
      | B-1        | 9         | 1        | 0    | 10    |
    And the ticket of A-1-1-1 is sold
    And the ticket of A-1-1-2 is reserved
    And the ticket of B-1-2-5 is reserved
    And the ticket of A-1-1-3 is available

  Scenario: Seats that are let go are shown as available again
    Given the buyer has reserved A-1-1-2
    When the buyer lets the reservation go
    And the buyer looks at the event
    Then the event shows these seats:
      | subsection | available | reserved | sold | total |
      | A-1        | 10        | 0        | 0    | 10    |
      | A-2        | 10        | 0        | 0    | 10    |
      | B-1        | 10        | 0        | 0    | 10    |
    And the ticket of A-1-1-2 is available

  Scenario: The counts are those of the live seat store
    Given the live seat store says that B-1-1-1 is sold
    When the buyer looks at the event
    Then the event shows these seats:
      | subsection | available | reserved | sold | total |
      | A-1        | 10        | 0        | 0    | 10    |
      | A-2        | 10        | 0        | 0    | 10    |
      | B-1        | 9         | 0        | 1    | 10    |

  Scenario: Who needs no tickets can leave them out
    When the buyer looks at the event without its tickets
    Then the event shows no tickets
    And the event shows these seats:
      | subsection | available | reserved | sold | total |
      | A-1        | 10        | 0        | 0    | 10    |
      | A-2        | 10        | 0        | 0    | 10    |
      | B-1        | 10        | 0        | 0    | 10    |

  Scenario: Nobody has to sign in to look
    Given a visitor
    When the visitor looks at the event
    Then the event shows 30 tickets in the order of their seats

  Scenario: An event that does not exist is not found
    When the buyer tries to look at an event that does not exist
    Then the request is refused because there is no such thing

  Scenario: An event that is not listed is there for its seller alone
    Given another seller
    And a visitor
    When the seller takes the event off the list
    Then the seller finds the event
    And the buyer does not find the event
    And the other seller does not find the event
    And the visitor does not find the event
