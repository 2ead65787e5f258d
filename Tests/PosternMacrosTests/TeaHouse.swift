#if Macros
import Postern
import PosternMacros

/// The methods of a tea house that other processes call.
@Remote
protocol TeaService: Sendable {
    /// Brews a pot.
    func brew(_ kind: String, for minutes: Int) async throws -> Pot
    @Expose("greet") func hello(from guest: String?) async throws(CallError) -> String
    func count(to end: Int) async throws -> ValueStream<Int>
    func visit() async throws -> Int
    func send(each seconds: [Int], to listener: Callback) async throws
}

/// A pot of tea.
struct Pot: Codable, Hashable, Sendable {
    var kind: String
    var minutes: Int
}

/// Tea for all guests.
@Service("teaService")
final class TeaHouse {
    static let usualMinutes = 3

    /// Brews a pot.
    ///
    /// Slowly.
    ///
    /// - Parameters:
    ///   - kind: Which leaves.
    ///   - minutes: How long, at most 10.
    /// - Returns: What came of it.
    /// - Throws: An error when it became too bitter.
    @Expose(isSafe: true)
    func brew(_ kind: String, for minutes: Int = TeaHouse.usualMinutes) throws -> Pot {
        guard minutes <= 10 else { throw CallError(.invalidParameters, "Too bitter", executed: .no) }
        return Pot(kind: kind, minutes: minutes)
    }

    @Expose private func greet(from guest: String?) -> String { "Hello \(guest ?? "stranger")" }

    @Expose(execution: .onEventLoop)
    func count(to end: Int) -> AsyncStream<Int> {
        AsyncStream { values in
            for value in 1...end { values.yield(value) }
            values.finish()
        }
    }

    @Expose func send(each seconds: [Int], to listener: Callback) async throws {
        for second in seconds { try await listener.call(second) }
    }

    /// Not exposed.
    func close() {}
}

/// An actor that counts visits, with a method that calls its caller.
@Service
actor GuestBook {
    private var visits = 0

    @Expose func visit() -> Int {
        visits += 1
        return visits
    }

    @Expose func greetCaller(_ context: CallContext, greeting: String) async throws -> String {
        guard let caller = context.caller else { return "nobody" }
        let name: String = try await caller.call("name")
        return "\(greeting), \(name)"
    }

    #if hasFeature(StrictMemorySafety)
    @Expose nonisolated func strict() {}
    #else
    @Expose nonisolated func lax() {}
    #endif
}

/// A class on the main actor that is neither final nor marked as `Sendable`.
@MainActor
@Service
class Window {
    private var title = "none"

    @Expose func rename(to title: String) { self.title = title }
    @Expose("title") func currentTitle() async -> String { title }
}

/// A generic struct.
@Service
struct Shelf<Thing: Codable & Sendable> {
    let things: [Thing]

    @Expose func all() -> [Thing] { things }
    @Expose func each() -> some AsyncSequence<Thing, Never> & Sendable {
        AsyncStream { [things] values in
            for thing in things { values.yield(thing) }
            values.finish()
        }
    }
}
#endif
