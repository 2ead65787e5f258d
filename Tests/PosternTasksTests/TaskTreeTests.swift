import Postern
import Testing

@testable import PosternTasks

/// The events that the tree accepts from other processes, which may send anything.
@Suite struct TaskTreeTests {
    private func tree(_ tasks: [(id: String, parent: String?)]) -> TaskTree {
        var tree = TaskTree()
        for task in tasks { tree.apply(created(task.id, task.parent)) }
        return tree
    }

    private func created(_ id: String, _ parent: String?) -> TaskEvent {
        var event = TaskEvent(.created, of: id, parent: parent)
        event.name = "task"
        return event
    }

    private func ended(_ id: String, _ parent: String?) -> TaskEvent {
        var event = TaskEvent(.state, of: id, parent: parent)
        event.state = .done
        return event
    }

    @Test func aTaskMayReportEventsOfTasksBelowIt() {
        let tree = tree([("a", nil), ("b", "a"), ("other", nil), ("leaf", "other")])
        #expect(tree.accepts(created("new", "a"), from: "a"))
        #expect(tree.accepts(created("deep", "b"), from: "a"))
        #expect(tree.accepts(ended("b", "a"), from: "a"))
    }

    @Test func aTaskMayNotReportEventsOfOtherTasks() {
        let tree = tree([("a", nil), ("b", "a"), ("other", nil), ("leaf", "other")])
        #expect(!tree.accepts(ended("a", nil), from: "a"))
        #expect(!tree.accepts(ended("leaf", "other"), from: "a"))
        #expect(!tree.accepts(ended("leaf", "a"), from: "a"))
        #expect(!tree.accepts(created("leaf", "a"), from: "a"))
        #expect(!tree.accepts(created("new", "other"), from: "a"))
        #expect(!tree.accepts(created("c", "d"), from: "a"))
        #expect(!tree.accepts(TaskEvent(.created, of: "nameless", parent: "a"), from: "a"))
        #expect(!tree.accepts(ended("unknown", "a"), from: "a"))
    }

    @Test func theStateOfAnEndedTaskDoesNotChange() {
        var tree = tree([("a", nil), ("b", "a")])
        tree.apply(ended("b", "a"))
        var again = ended("b", "a")
        again.state = .fail
        #expect(!tree.accepts(again, from: "a"))
        tree.apply(again)
        #expect(tree["b"]?.state == .done)
        #expect(tree.accepts(TaskEvent(.exit, of: "b", parent: "a"), from: "a"))
        #expect(tree.accepts(TaskEvent(.log, of: "b", parent: "a"), from: "a"))
    }

    @Test func removingAnOldTaskRemovesTheTasksBelowIt() {
        var tree = tree([("a", nil), ("b", "a"), ("c", "b"), ("other", nil)])
        tree.apply(ended("a", nil))
        for number in 0..<TaskTree.endedLimit {
            tree.apply(created("\(number)", "other"))
            tree.apply(ended("\(number)", "other"))
        }
        #expect(tree["a"] == nil && tree["b"] == nil && tree["c"] == nil)
        #expect(tree.all.count == TaskTree.endedLimit + 1 && tree.all.first?.id == "other")
    }

    @Test func presentableValuesCanAlwaysBeEncoded() throws {
        #expect(Value.double(.nan).presentable.value == .string("nan"))
        #expect(
            Value.array([.double(-.infinity), .integer(1)]).presentable.value == .array([.string("-inf"), .integer(1)])
        )
        let long = try Payload(encoding: String(repeating: "x", count: 70_000), as: MessagePack.self)
        #expect(Value.shown(of: long) == (.string("a value of \(long.bytes.count) bytes"), true))
        // A result with the text of such a replacement is still a complete value.
        #expect(Value.string("a value of 3 bytes").presentable == (.string("a value of 3 bytes"), false))
        let many = Value.array(Array(repeating: .null, count: 100_000)).presentable
        #expect(many == (.string("a value of more than 65536 bytes"), true))
    }
}
