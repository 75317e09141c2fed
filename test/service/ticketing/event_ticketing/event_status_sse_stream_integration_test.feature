Feature: Live seat status
  Whoever watches an event sees the complete state at once and every change as it happens, without
  asking again.

  Background:
    Given a seller
    And a buyer
    And an event of this seller with 2 rows of 5 seats:
      | section | price | subsections |
      | A       | 2000  | 2           |
      | B       | 1500  | 1           |

  Scenario: The stream starts with the state of now
    Given the buyer has reserved A-1-1-1
    When the buyer watches the event
    Then the watcher sees at first:
      | section | subsection | price | total | available | reserved | sold |
      | A       | 1          | 2000  | 10    | 9         | 1        | 0    |
      | A       | 2          | 2000  | 10    | 10        | 0        | 0    |
      | B       | 1          | 1500  | 10    | 10        | 0        | 0    |

  Scenario: Every change reaches the watcher
    Given the buyer watches the event
    When the buyer reserves A-1-1-1 and A-1-1-2
    Then the watcher sees A-1 change to 8 available, 2 reserved and 0 sold
    When the buyer confirms the reservation
    Then the watcher sees A-1 change to 8 available, 0 reserved and 2 sold
    When the buyer reserves B-1-1-1
    Then the watcher sees B-1 change to 9 available, 1 reserved and 0 sold
    When the buyer lets the reservation go
    Then the watcher sees B-1 change to 10 available, 0 reserved and 0 sold

  Scenario: Each message stands alone
    Given the buyer watches the event
    When the buyer reserves A-1-1-1
    Then the watcher sees the state of every subsection in the update

  Scenario: A subsection can be watched seat by seat
    Given the buyer watches the seats of A-1
    Then the watcher sees at first that all 10 seats are available
    When the buyer reserves A-1-2-4
    Then the watcher sees A-1-2-4 become reserved
    When the buyer confirms the reservation
    Then the watcher sees A-1-2-4 become sold

  Scenario: All who watch the same event see the change
    Given 10 visitors watch the event
    When the buyer reserves A-2-1-1
    Then every one of them sees A-2 change to 9 available, 1 reserved and 0 sold

  Scenario: Watchers of one event do not hear of another
    Given another event of this seller
    And the buyer watches the event
    When the buyer reserves a seat of that other event
    And the buyer reserves B-1-1-1
    Then the next thing the watcher sees is B-1 change to 9 available, 1 reserved and 0 sold

  Scenario: When the last watcher leaves, the subscription ends
    When 3 visitors watch the event
    Then the service listens for changes of the event, once for all
    When all of them leave
    Then the service listens for changes of the event no more

  Scenario: Who comes back sees what happened meanwhile
    Given the buyer watches the event
    When all of them leave
    And the buyer reserves A-1-1-1
    And the buyer watches the event
    Then the watcher sees at first that A-1 has 9 available, 1 reserved and 0 sold

  Scenario: The stream ends with the event, after its last state
    Given the buyer has reserved A-1-1-1
    And the buyer watches the event
    When the seller declares the event completed
    Then the last thing the watcher sees is A-1 with 10 available, 0 reserved and 0 sold

  Scenario Outline: What does not exist cannot be watched
    When the buyer tries to watch <what>
    Then the request is refused because there is no such thing

    Examples:
      | what                                      |
      | an event that does not exist              |
      | the seats of an event that does not exist |
      | the seats of Z-1                          |
      | the seats of A-3                          |

  Scenario: An event that is not listed is watched by its seller alone
    When the seller takes the event off the list
    And the buyer tries to watch the event
    Then the request is refused because there is no such thing
    When the seller watches the event
    Then the watcher sees at first that A-1 has 10 available, 0 reserved and 0 sold
