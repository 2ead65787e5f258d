import Postern
import Testing

@testable import postern

/// The text of tasks and their events in a terminal.
@Suite struct TaskTextTests {
    private let leaf: Value = [
        "id": "range-2", "parent": "primes-1", "state": "fail", "message": "lost\u{1b}[2J\nit",
        "progress": ["done": 1, "of": 4],
    ]

    @Test func tasksAreIndentedBelowTheTaskThatSpawnedThem() {
        let root: Value = ["id": "primes-1", "state": "work", "progress": 0.5]
        let other: Value = ["id": "x-3", "state": "done", "result": ["primes": 4]]
        #expect(
            TaskTable(["tasks": [root, other, leaf]]).lines == [
                "primes-1   work   50 %",
                #"  range-2  fail   25 %  lost\u{1b}[2J\nit"#,
                #"x-3        done         {"primes":4}"#,
            ]
        )
    }

    @Test func aTaskWhoseParentIsNotKnownIsAtTheTop() {
        #expect(TaskTable(["tasks": [leaf]]).lines.first?.hasPrefix("range-2  fail") == true)
    }

    @Test(arguments: [Value.null, [], ["tasks": 1], ["tasks": []]])
    func aServerWithoutTasksHasNone(listing: Value) { #expect(TaskTable(listing).lines == ["No tasks"]) }

    @Test func cyclesOfTasksAreOmitted() {
        #expect(TaskTable(["tasks": [["id": "a", "parent": "a"], ["id": "b"]]]).lines.count == 1)
    }

    @Test(
        arguments: [
            (["kind": "created", "parent": "p-1"], "created by p-1"), (["kind": "created"], "created"),
            (["kind": "state", "state": "work"], "state work"),
            (["kind": "progress", "value": ["done": 1]], #"progress {"done":1}"#),
            (["kind": "log", "stream": "stderr", "text": "a\tb\u{9b}c"], #"stderr: a\tb\u{9b}c"#),
            (["kind": "failure", "message": "why"], "failure: why"),
            (["kind": "exit", "exit": "signal 9"], "process ended with signal 9"),
            (["kind": "result", "value": 3], "result 3"),
        ] as [(Value, String)]
    )
    func anEventIsALine(event: Value, text: String) {
        var event = event
        event["id"] = "t-1"
        event["time"] = 1_795_900_213_606
        #expect(TaskLine(event).text == "2026-11-28T21:10:13.606Z  t-1  \(text)")
    }

    @Test(arguments: [Value.null, ["time": .integer(.min)], ["time": .integer(.max), "kind": 1]])
    func invalidEventsAreShown(value: Value) { #expect(!TaskLine(value).text.isEmpty) }
}
