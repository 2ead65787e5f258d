import Dispatch
import Synchronization
import Testing

@testable import PosternLogging

@Suite struct LineQueueTests {
    @Test func linesAreWrittenInOrder() {
        let written = Mutex<[Int]>([])
        let queue = LineQueue<Int>(label: "test") { line in
            written.withLock { $0.append(line) }
        } reportDropped: { _ in
        }
        for line in 0..<500 { queue.put(line) }
        queue.flush(within: .seconds(60))
        #expect(written.withLock { $0 } == Array(0..<500))
    }

    @Test func linesAboveTheLimitAreDroppedAndCounted() {
        let gate = DispatchSemaphore(value: 0)
        let began = DispatchSemaphore(value: 0)
        let written = Mutex<[Int]>([])
        let dropped = Mutex<[Int]>([])
        let queue = LineQueue<Int>(label: "test", maximumLines: 10) { line in
            if line == 0 {
                began.signal()
                gate.wait()
            }
            written.withLock { $0.append(line) }
        } reportDropped: { count in
            dropped.withLock { $0.append(count) }
        }
        queue.put(0)
        began.wait()
        for line in 1...100 { queue.put(line) }
        queue.flush(within: .milliseconds(1))
        #expect(written.withLock { $0 } == [])
        gate.signal()
        queue.flush(within: .seconds(60))
        #expect(written.withLock { $0 } == Array(0...10))
        #expect(dropped.withLock { $0 } == [90])
    }
}
