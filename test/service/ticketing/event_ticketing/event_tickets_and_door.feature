Feature: Tickets, and what they are for
  Who has bought has a ticket for each seat. Its code lets one person in, once, at whichever door it is
  shown, and nobody can make one up.

  Background:
    Given a seller
    And a buyer
    And an event of this seller with 1 rows of 5 seats:
      | section | price | subsections |
      | A       | 2000  | 1           |
    And the buyer has bought A-1-1-1 and A-1-1-2

  Scenario: A buyer has a ticket for each seat, and a picture of it
    When the buyer takes their tickets
    Then they have tickets for A-1-1-1 and A-1-1-2
    And each of them has a code of its own, and a picture of that

  Scenario: A ticket lets one person in
    Given the buyer has taken their tickets
    When the ticket for A-1-1-1 is shown at the door
    Then the door lets the buyer in to A-1-1-1
    And 1 of 2 are in
    When the ticket for A-1-1-1 is shown at the door
    Then the door says that the ticket for A-1-1-1 was used
    And 1 of 2 are in

  Scenario: What people type at the door is read kindly
    Given the buyer has taken their tickets
    When the code of A-1-1-2 is typed in small letters, with spaces and an O for each 0
    Then the door lets the buyer in to A-1-1-2

  Scenario: Eight doors scan the same ticket in the same second
    Given the buyer has taken their tickets
    When 8 doors scan the ticket for A-1-1-1 at once
    Then one of them lets somebody in, and the others say when

  Scenario: A code that somebody made up lets nobody in
    Given the buyer has taken their tickets
    When a made up code for A-1-1-1 is shown at the door
    Then the request is refused because there is no such thing
    And 0 of 2 are in

  Scenario: A ticket of a cancelled sale is void, and so it stays when the seat is sold again
    Given another buyer
    And the buyer has taken their tickets
    When the seller cancels the sale
    And the other buyer buys A-1-1-1
    And the ticket for A-1-1-1 is shown at the door
    Then the request is refused because there is no such thing
    When the buyer tries to take their tickets
    Then the request is refused because of what has happened meanwhile

  Scenario: A sale whose ticket was used is not cancelled
    Given the buyer has taken their tickets
    When the ticket for A-1-1-1 is shown at the door
    And the seller tries to cancel it
    Then the request is refused because of what has happened meanwhile
    And A-1-1-1 and A-1-1-2 are sold

  Scenario: What is only held has no ticket
    Given the buyer has reserved A-1-1-3
    When the buyer tries to take their tickets
    Then the request is refused because of what has happened meanwhile

  Scenario: A buyer puts the evening into their calendar
    Given the event starts at 2027-05-01T20:00:00+08:00 in Asia/Taipei
    When the buyer adds it to their calendar
    Then it is there on 2027-05-01 at 20:00 in Asia/Taipei, for A-1-1-1 and A-1-1-2
