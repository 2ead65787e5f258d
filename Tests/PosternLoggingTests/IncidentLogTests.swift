import Dispatch
import Logging
import Postern
import Synchronization
import Testing

@testable import PosternLogging

@Suite struct IncidentLogTests {
    @Test func aFaultIsAnErrorAndARefusalANotice() async {
        let recorder = Recorder()
        let log = IncidentLog(recorder.logger)
        log.observe(Incident(.handlerFailed, cause: "calculator/divide", [.code: "-32000", .error: "a\nb"]))
        log.observe(Incident(.clientRefused, cause: "origin", [.origin: "https://evil.example"]))
        let lines = await recorder.lines(2)
        #expect(lines[0].level == .error)
        #expect(lines[0].message == "handler failed")
        #expect(lines[0].metadata == ["cause": "calculator/divide", "code": "-32000", "error": #"a\nb"#])
        #expect(lines[1].level == .notice)
        #expect(lines[1].metadata == ["cause": "origin", "origin": "https://evil.example"])
    }

    @Test func incidentsBelowTheLogLevelAreNotCounted() async {
        let recorder = Recorder()
        var logger = recorder.logger
        logger.logLevel = .error
        let log = IncidentLog(logger)
        log.observe(Incident(.clientRefused, cause: "origin"))
        log.observe(Incident(.handlerFailed, cause: "a"))
        #expect(await recorder.lines(1).map(\.message) == ["handler failed"])
    }

    @Test func aBlockedLoggerDoesNotBlockCallers() async {
        let recorder = Recorder(isBlocked: true)
        let log = IncidentLog(recorder.logger, linesPerSecond: .max)
        for number in 0..<10_000 { log.observe(Incident(.clientRefused, cause: "origin", [.address: "\(number)"])) }
        recorder.unblock()
        let lines = await recorder.lines { $0.last?.message == "log lines dropped" }
        // The lines taken before the writer blocked, a full queue, and a line with the number of dropped ones.
        #expect(lines.count < 10_000 / 2)
        #expect(lines.last?.metadata["dropped"] != nil)
    }

    /// Returns the number of incidents that a line reports.
    private static func incidents(of line: Recorder.Line) -> Int {
        line.metadata["suppressed"].flatMap { Int("\($0)") } ?? 1
    }

    @Test func suppressedIncidentsAreCounted() async {
        let recorder = Recorder()
        let log = IncidentLog(recorder.logger, linesPerSecond: 20, second: .seconds(1))
        for _ in 0..<100 { log.observe(Incident(.clientRefused, cause: "origin")) }
        // On a busy machine the incidents may be spread over more than one second.
        let lines = await recorder.lines { $0.reduce(0) { $0 + Self.incidents(of: $1) } == 100 }
        let counts = lines.filter { $0.metadata["suppressed"] != nil }
        #expect(!counts.isEmpty && lines.count >= 20 + counts.count)
        #expect(counts.allSatisfy { $0.metadata["cause"] == "origin" })
    }
}

/// A log handler that stores its lines, and can block the calling thread.
private final class Recorder: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: Logger.Metadata
    }

    private let kept = Mutex<[Line]>([])
    private let (changes, change) = AsyncStream.makeStream(of: Void.self)
    private let gate = DispatchSemaphore(value: 0)
    private let isBlocked: Atomic<Bool>

    init(isBlocked: Bool = false) { self.isBlocked = Atomic(isBlocked) }

    var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    func unblock() { gate.signal() }

    func lines(_ count: Int) async -> [Line] { await lines { $0.count >= count } }

    func lines(until isDone: ([Line]) -> Bool) async -> [Line] {
        for await _ in changes where kept.withLock({ isDone($0) }) { break }
        return kept.withLock { $0 }
    }

    fileprivate func add(_ line: Line) {
        if isBlocked.exchange(false, ordering: .acquiringAndReleasing) { gate.wait() }
        kept.withLock { $0.append(line) }
        change.yield()
    }
}

private struct Handler: LogHandler {
    let recorder: Recorder
    var logLevel = Logger.Level.trace
    var metadata = Logger.Metadata()

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        recorder.add(.init(level: event.level, message: "\(event.message)", metadata: event.metadata ?? [:]))
    }
}
