import PosternTestSupport
import Postern
import Testing

@Suite struct RouterDeadlineTests {
    let router = Router()

    @Test func aCallInTimeLeavesNoDeadline() async throws {
        router.root.register("quick") { () async in "done" }
        #expect(try await router.call("quick", deadline: .now + .seconds(60)) == "done")
    }

    @Test func aPastDeadlineRunsNoHandler() async {
        router.root.register("never") { () async in _ = Issue.record("the handler ran") }
        let error = await router.failure("never", deadline: .now - .seconds(1))
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.executed == .no)
    }

    @Test(arguments: [MethodOptions.Execution.concurrent, .onEventLoop])
    func theHandlerIsCancelledAtTheDeadline(execution: MethodOptions.Execution) async {
        let cancelled = Gate()
        router.root.register("slow", options: .init(execution: execution)) { () async in
            await withTaskCancellationHandler {
                await Gate().waitUntilCancelled()
            } onCancel: {
                cancelled.open()
            }
        }
        var time = Duration.milliseconds(30)
        var executed: CallError.Executed?
        // On a busy machine, the deadline may pass before the handler starts.
        repeat {
            let start = ContinuousClock.now
            let error = await router.failure("slow", deadline: start + time)
            #expect(error?.code == .deadlineExceeded)
            #expect(ContinuousClock.now - start >= time)
            (executed, time) = (error?.executed, time * 2)
        } while executed == .no && time < .seconds(60)
        #expect(executed == .unknown)
        await cancelled.wait()
    }

    @Test func aHandlerThatFirstSuspendsAfterTheDeadlineIsCancelled() async {
        let cancelled = Gate()
        let deadline = ContinuousClock.now + .milliseconds(20)
        router.root.register("late") { () async in
            while ContinuousClock.now < deadline + .milliseconds(100) {}
            await withTaskCancellationHandler {
                await Gate().waitUntilCancelled()
            } onCancel: {
                cancelled.open()
            }
        }
        let error = await router.failure("late", deadline: deadline)
        #expect(error?.code == .deadlineExceeded)
        // On a busy machine, the deadline may pass before the handler starts.
        if error?.executed != .no { await cancelled.wait() }
    }

    @Test func aHandlerThatIgnoresCancellationDoesNotDelayTheReply() async {
        let release = Gate()
        router.root.register("stubborn") { () async in
            // Cancellation does not reach a detached task.
            await Task.detached { await release.wait() }.value
        }
        #expect(await router.failure("stubborn", deadline: .now + .milliseconds(20))?.code == .deadlineExceeded)
        release.open()
    }

    @Test func cancellingTheCallCancelsTheHandler() async {
        let (started, router) = (Gate(), router)
        router.root.register("waits") { () async throws -> Int in
            started.open()
            await Gate().waitUntilCancelled()
            try Task.checkCancellation()
            return 1
        }
        for deadline in [nil, ContinuousClock.now + .seconds(60)] {
            let call = Task { await router.failure("waits", deadline: deadline) }
            await started.wait()
            call.cancel()
            #expect(await call.value?.code == .cancelled)
        }
    }

    @Test func manyDeadlinesExpireConcurrently() async {
        router.root.register("hang") { () async in await Gate().waitUntilCancelled() }
        let router = router
        let failures = await withTaskGroup(of: CallError.Code?.self) { group in
            for step in 0..<200 {
                group.addTask { await router.failure("hang", deadline: .now + .milliseconds(step % 50))?.code }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(failures.count == 200)
        #expect(failures.allSatisfy { $0 == .deadlineExceeded })
    }
}

extension Gate {
    /// Waits until the task is cancelled, because the gate is never opened.
    fileprivate func waitUntilCancelled() async { await wait() }
}
