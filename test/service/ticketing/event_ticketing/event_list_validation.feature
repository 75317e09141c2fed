Feature: Event list
  Buyers see what they can buy a ticket for: events that are active and available. Sellers see all
  of their own events, whatever has become of them.

  Background:
    Given a seller
    And a buyer

  Scenario: A seller sees all of their own events and their status
    Given the seller has an event that is on sale
    And the seller has an event that is not listed
    And the seller has an event that is sold out
    And the seller has an event that is completed
    And the seller has an event that is ended
    When the seller lists their own events
    Then the list shows the events that are on sale, not listed, sold out, completed and ended

  Scenario Outline: Others see only the events of a seller that can be bought
    Given the seller has an event that is on sale
    And the seller has an event that is not listed
    And the seller has an event that is sold out
    And the seller has an event that is completed
    And the seller has an event that is ended
    And another seller
    And a visitor
    When the <person> lists the seller's events
    Then the list shows the event that is on sale

    Examples:
      | person       |
      | buyer        |
      | other seller |
      | visitor      |

  Scenario Outline: The list of everything holds only what can be bought
    Given the seller has an event that is <state>
    When the buyer lists all events
    Then the event that is <state> <shown> in the list

    Examples:
      | state      | shown  |
      | on sale    | is     |
      | not listed | is not |
      | sold out   | is not |
      | completed  | is not |
      | ended      | is not |

  Scenario: An event is sold out with its last seat, and on sale again when a seat comes free
    Given the seller has an event that is on sale
    When the buyer reserves every seat of the event
    Then the seller's list shows the event as sold out
    And the buyer does not find the event in the list
    When the buyer lets the reservation go
    Then the seller's list shows the event as available
    And the buyer finds the event in the list

  Scenario Outline: An event that is over stays over
    Given the seller has an event that is <over>
    When the seller declares the event <other>
    Then the request is refused because of what has happened meanwhile
    And the seller's list shows the event as <over>

    Examples:
      | over      | other     |
      | completed | ended     |
      | ended     | completed |

  Scenario: An event is taken off the list and put back
    Given the seller has an event that is on sale
    When the seller takes the event off the list
    Then the buyer does not find the event in the list
    When the seller puts the event back on the list
    Then the buyer finds the event in the list

  Scenario: The list gives the seating as it was sent, and no tickets
    Given the seller has an event that is on sale
    When the buyer lists the seller's events
    Then the list shows the event that is on sale
    And each event in the list has its compact seating and no tickets

  Scenario: The newest event comes first, and every page leads to the next
    Given the seller has 5 events on sale
    When the buyer goes through the seller's events 2 at a time
    Then the pages hold 2, 2 and 1 events
    And all of them were seen, the newest first

  Scenario Outline: A list that cannot be is refused
    When the buyer asks for a list with <what>
    Then the request is refused because it is not valid

    Examples:
      | what                   |
      | pages of no events     |
      | pages of 201 events    |
      | a page that is a word  |
      | a seller who is a word |

  Scenario: A seller without events has an empty list
    When the seller lists their own events
    Then the list is empty
