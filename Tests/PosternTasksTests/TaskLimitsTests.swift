import PosternTasks
import Testing

@Suite struct TaskLimitsTests {
    @Test func nothingIsLimitedByDefault() { #expect(TaskLimits() == TaskLimits(memoryBytes: nil)) }
}
