Feature: The orders of an event
  A seller sees who has bought what, finds one order among many, and knows what came in. What they take
  with them opens in a spreadsheet and does nothing there.

  Background:
    Given a seller
    And a buyer
    And another buyer
    And an event of this seller with 1 rows of 5 seats:
      | section | price | subsections |
      | A       | 2000  | 1           |
      | B       | 1500  | 1           |
    And the buyer has bought A-1-1-1 and B-1-1-1
    And the other buyer holds A-1-1-2

  Scenario: A seller sees every order, the newest first
    When the seller looks at the orders
    Then they see these orders:
      | status    | buyer       | seats           |
      | reserved  | other buyer | A-1-1-2         |
      | confirmed | buyer       | A-1-1-1 B-1-1-1 |

  Scenario Outline: A seller finds an order by what somebody at the counter tells them
    When the seller looks for <what>
    Then they see the order of the buyer alone

    Examples:
      | what                     |
      | the buyer's email        |
      | the number of the order  |
      | the seat b-1-1-1         |

  Scenario: A seller takes the orders into a spreadsheet
    Given a buyer who is called =HYPERLINK("http://evil.example")
    And this buyer has bought A-1-1-3
    When the seller takes the orders with them
    Then there is a line for each of 4 seats
    And no cell of it is a formula

  Scenario: A seller knows what came in
    When the seller looks at the report
    Then 2 seats are sold for 3500, 1 is held and 7 are left
    And the sales of all hours come to 2 seats and 3500

  Scenario: A cancelled sale is no income
    When the seller cancels the sale
    And the seller looks at the report
    Then 0 seats are sold for 0, 1 is held and 9 are left
    And 1 order of 2 seats for 3500 is cancelled

  Scenario: Orders are nobody else's business
    Given another seller
    When the other seller tries to look at the orders
    Then the request is refused because only a seller may do this
    When the buyer tries to look at the orders
    Then the request is refused because only a seller may do this
