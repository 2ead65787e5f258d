import Postern
import PosternAuth
import PosternNIO
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3)))
struct AuthenticationTests {
    @Test("Check 18: calls made before the handshake are delivered in order after it", arguments: Wiring.allCases)
    func earlyCallsLeaveInOrder(wiring: Wiring) async throws {
        let numbers = Mutex<[Int]>([])
        let router = Router()
        router.root.register("note", Parameter<Int>("number")) { (number: Int) async in
            numbers.withLock { $0.append(number) }
        }
        let ends = try await Ends.make(wiring, serving: router, client: Secrets.right, server: Secrets.right)
        let client = ends.client
        let calls = (0..<10).map { number in Task.immediate { try await client.call("note", number) } }
        for call in calls { try await call.value }
        #expect(numbers.withLock { $0 } == Array(0..<10))
        await ends.close()
    }
}
