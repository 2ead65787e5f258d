import Foundation
import Testing

/// A handler whose result cannot be encoded does not compile, and the diagnostics name the remedy.
@Suite struct HandlerResultTests {
    private static let settings = [
        ["-swift-version", "6"], ["-swift-version", "5"], ["-swift-version", "6", "-default-isolation", "MainActor"],
        ["-swift-version", "6", "-enable-upcoming-feature", "NonisolatedNonsendingByDefault"],
    ]

    private static let declarations = """
        import Postern; struct Plain: Sendable {}; final class Shared: Encodable { var count = 1 }; \
        nonisolated final class Log: Sendable { func write() {}; func writeLater() async throws {} }; \
        nonisolated func values(_ a: Int) -> AsyncStream<Int> { AsyncStream { $0.finish() } }; \
        nonisolated func valuesLater(_ a: Int) async throws -> AsyncStream<Int> { AsyncStream { $0.finish() } }; \
        nonisolated func write(_ a: Int) {}; nonisolated func writeLater(_ a: Int) async throws {}; \
        nonisolated func writeFor(_ context: CallContext, _ a: Int) async throws {}
        """

    private static let refused = [
        "s.register(name) { AsyncStream<Int> { $0.finish() } }",
        "s.register(name) { () throws in AsyncStream<Int> { $0.finish() } }",
        "s.register(name) { () async throws in AsyncStream<Int> { $0.finish() } }",
        "s.register(name, a) { (a: Int) in AsyncStream<Int> { $0.yield(a) } }",
        "s.register(name, a) { (a: Int) async throws in values(a) }",
        "s.register(name, a, options: .init(execution: .onEventLoop)) { (a: Int) in values(a) }",
        "s.register(name, \"a\", \"b\") { (a: Int, b: [Int]) -> AsyncStream<Int> in values(a) }",
        "s.register(name, a, b) { (a: Int, b: Int) in (a, b) }",
        "s.register(name, a, b, c) { (a: Int, b: Int, c: Int) in [Plain()] }",
        "s.register(name, a, b, c, a) { (a: Int, b: Int, c: Int, d: Int) in Plain() }",
        "s.register(name) { () -> Plain in Plain() }",
        "s.register(name) { () async -> Plain? in nil }",
        "s.register(name) { log.write(); return Plain() }",
        "s.register(name) { Shared() }",
        "s.register(name) { (context: CallContext) in values(1) }",
        "s.register(name, a) { (context: CallContext, a: Int) async throws in Plain() }",
        "s.register(name, a, handler: values)",
        "s.register(name, a, handler: valuesLater)",
        "_ = Callback { AsyncStream<Int> { $0.finish() } }",
        "_ = Callback { (a: Int) async throws in values(a) }",
        "_ = Callback { (a: Int) in Plain() }",
        "_ = Callback(handler: values)",
    ]

    private static let accepted = [
        "s.register(name) { 1 }",
        "s.register(name) { () -> Int? in nil }",
        "s.register(name) { () async throws -> [String: Int] in [:] }",
        "s.register(name, a) { (a: Int) in a + 1 }",
        "s.register(name, a, b) { a, b in a + b }",
        "s.register(name, a, b, c) { (a: Int, b: Int, c: Int) async in [a, b, c] }",
        "s.register(name) { (context: CallContext) in context.method }",
        "s.register(name, \"a\", \"b\") { (a: Int, b: [Int]) -> [Int] in b + [a] }",
        "s.register(name) {}",
        "s.register(name) { log.write() }",
        "s.register(name) { try await log.writeLater() }",
        "s.register(name) { (context: CallContext) in log.write() }",
        "s.register(name, a) { (context: CallContext, a: Int) in try await log.writeLater() }",
        "s.register(name) { () async throws in for _ in 0..<3 { try await log.writeLater() } }",
        "s.register(name, a) { (a: Int) in if a > 0 { return }; log.write() }",
        "s.register(name, a) { (a: Int) in if a > 0 { log.write() } else { print(a) } }",
        "s.register(name, a) { print($0) }",
        "s.register(name) { () -> Void in Plain() }",
        "s.register(name) { _ = Plain() }",
        "s.register(name, a, options: .init(execution: .onEventLoop)) { (a: Int) in log.write() }",
        "s.register(name) { throw CancellationError() }",
        "s.register(name) { () async throws in throw CancellationError() }",
        "s.register(name) { fatalError() }",
        "s.register(name) { () -> Never in fatalError() }",
        "s.register(name) { () async throws -> Never in throw CancellationError() }",
        "s.register(name, a, handler: write)",
        "s.register(name, a, handler: writeLater)",
        "s.register(name, a, handler: writeFor)",
        "s.registerStream(name) { AsyncStream<Int> { $0.finish() } }",
        "s.registerStream(name, a, handler: valuesLater)",
        "_ = Callback {}",
        "_ = Callback { 1 }",
        "_ = Callback { (a: Int) in log.write() }",
        "_ = Callback { () async throws in try await log.writeLater() }",
        "_ = Callback(handler: writeLater)",
    ]

    @Test(arguments: settings)
    func anUnencodableResultDoesNotCompile(settings: [String]) async throws {
        let faults = try await Compiler(settings).faults(in: Self.program(of: Self.refused))
        for (index, statement) in Self.refused.enumerated() {
            let ofStatement = faults.filter { $0.line == index + 2 }
            #expect(ofStatement.contains { $0.isError }, "\(statement)")
            #expect(ofStatement.contains { $0.text.contains("registerStream") }, "\(statement)")
        }
    }

    @Test(arguments: settings)
    func otherHandlersCompile(settings: [String]) async throws {
        let faults = try await Compiler(settings).faults(in: Self.program(of: Self.accepted))
        #expect(faults.filter { $0.isError || $0.text.contains("registerStream") } == [])
    }

    /// Returns a program with each statement in a function on its own line, from the second line on.
    private static func program(of statements: [String]) -> String {
        let parameters = "_ s: Service, _ name: String, _ log: Log"
        let names = ["a", "b", "c"].map { "let \($0) = Parameter<Int>(\"\($0)\")" }.joined(separator: "; ")
        let functions = statements.enumerated()
            .map { index, statement in "func f\(index)(\(parameters)) { \(names); \(statement); _ = (a, b, c) }" }
        return ([declarations] + functions).joined(separator: "\n")
    }
}
