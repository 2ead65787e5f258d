#if Macros
import Postern
import PosternMacros
import PosternTasks
import Testing

/// A task whose registrations are written by `@Service`, and its stub by `@Remote`.
@Suite struct ChildTaskTests {
    @Test func theMethodsOfATaskAreExposedAndCalledByAStub() async throws {
        let router = Router()
        MarkedChild().register(in: router.root)
        let (parent, child) = InProcessTransport.pair(NothingExposed(), router)
        #expect(try await RemoteMarkedCalls(parent, path: "").someRPCCall() == 1337)
        parent.close()
        child.close()
    }
}

@Service
private struct MarkedChild: ChildTask {
    @Expose func someRPCCall() -> Int { 1337 }

    func run(in task: TaskContext) async throws -> NoResult { NoResult() }
}

@Remote
private protocol MarkedCalls {
    func someRPCCall() async throws -> Int
}
#endif
