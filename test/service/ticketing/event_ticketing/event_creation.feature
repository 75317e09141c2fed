Feature: Event creation
  A seller describes an event and its seating in a compact form, and a ticket for every seat exists
  at once. Only sellers may do this, and nothing is left of an event that could not be created whole.

  Background:
    Given a seller

  Scenario: A seller creates an event and its tickets exist at once
    When the seller creates the event "Rock Concert" with 25 rows of 20 seats:
      | section | price | subsections |
      | A       | 2000  | 2           |
      | B       | 1500  | 1           |
    Then the event "Rock Concert" of this seller is on sale
    And its seating is answered as it was sent
    And it has 1500 tickets, each for another seat
    And every ticket is available at the price of its section
    And every seat can be watched live as available

  Scenario Outline: There is one ticket for each row, seat and subsection of every section
    When the seller creates an event with <rows> rows of <seats> seats in <sections> sections of <subsections> subsections
    Then it has <tickets> tickets, each for another seat

    Examples:
      | rows | seats | sections | subsections | tickets |
      | 1    | 1     | 1        | 1           | 1       |
      | 5    | 1     | 1        | 3           | 15      |
      | 1    | 7     | 2        | 1           | 14      |
      | 4    | 6     | 3        | 2           | 144     |
      | 10   | 10    | 4        | 5           | 2000    |

  Scenario: A free event is an event
    When the seller creates an event at the price of 0
    Then every ticket is available at the price of its section

  Scenario: An event may be prepared before it is listed
    When the seller creates an event that is not to be listed yet
    Then the event is created for the seller alone

  Scenario: Sending the same creation twice makes one event
    When the seller creates an event and, hearing no answer, sends the same again
    Then both answers name the same event
    And the seller has 1 event

  Scenario: A buyer cannot create an event
    Given a buyer
    When the buyer creates an event
    Then the request is refused because only a seller may do this
    And nothing of the event exists

  Scenario: Nobody creates an event without signing in
    Given a visitor
    When the visitor creates an event
    Then the request is refused because nobody is signed in

  Scenario Outline: An event needs a name, a description and a venue
    When the seller creates an event whose <text> is <mistake>
    Then the request is refused because it is not valid
    And the refusal points at <place>
    And the seller has 0 events

    Examples:
      | text        | mistake             | place       |
      | name        | missing             | name        |
      | name        | empty               | name        |
      | name        | only blanks         | name        |
      | name        | longer than allowed | name        |
      | name        | a number            | name        |
      | description | missing             | description |
      | description | empty               | description |
      | description | only blanks         | description |
      | description | longer than allowed | description |
      | venue       | missing             | venue_name  |
      | venue       | empty               | venue_name  |
      | venue       | only blanks         | venue_name  |
      | venue       | longer than allowed | venue_name  |

  Scenario Outline: A price is a whole number and never negative
    When the seller creates an event at the price of <price>
    Then the request is refused because it is not valid
    And the refusal points at seating_config.sections.0.price
    And the seller has 0 events

    Examples:
      | price      |
      | -1         |
      | -2000      |
      | 19.99      |
      | "2000"     |
      | true       |
      | null       |
      | 1000000000 |

  Scenario Outline: A seating configuration that makes no sense is refused
    When the seller creates an event with seating: <seating>
    Then the request is refused because it is not valid
    And the refusal points at <place>
    And the seller has 0 events

    Examples:
      | seating                       | place                                 |
      | no seating at all             | seating_config                        |
      | seating that is a word        | seating_config                        |
      | no rows                       | seating_config.rows                   |
      | fewer than no rows            | seating_config.rows                   |
      | half a row                    | seating_config.rows                   |
      | rows left out                 | seating_config.rows                   |
      | no seats in a row             | seating_config.cols                   |
      | seats in a row as a word      | seating_config.cols                   |
      | no sections                   | seating_config.sections               |
      | sections left out             | seating_config.sections               |
      | a section without a name      | seating_config.sections.0.name        |
      | a blank section name          | seating_config.sections.0.name        |
      | a slash in a section name     | seating_config.sections.0.name        |
      | two sections of the same name | seating_config.sections.1.name        |
      | no subsections                | seating_config.sections.0.subsections |
      | subsections left out          | seating_config.sections.0.subsections |
      | more seats than allowed       | seating_config                        |

  @own_seat_store
  Scenario: An event whose seats cannot go live leaves nothing behind
    Given the live seat store is down
    When the seller creates an event
    Then the request is refused because a store is down
    And nothing of the event exists
    When the live seat store is back
    And the seller creates an event
    Then the event is on sale

  Scenario: Nobody sees an event while it is being created
    Given an event of this seller that is still being created
    Then the seller does not find the event
    And the seller has 0 events
