#if Macros
import SwiftSyntaxMacrosGenericTestSupport
import Testing

/// What `@Remote` writes: the stub that one would write by hand.
@Suite struct RemoteMacroTests {
    @Test func aStubCallsItsService() {
        Expansion.expect(
            """
            @Remote
            protocol Calculator: Sendable {
                /// Adds two numbers.
                ///
                /// - Parameter a: The first.
                func add(_ a: Double, _ b: Double) async throws -> Double
                @Expose("clear")
                func reset() async throws(CallError)
                @discardableResult
                func tell(in: Room, by someone: String?) async throws -> Int
                func count(to end: Int) async throws -> ValueStream<Int>
            }
            """,
            becomes: """
                protocol Calculator: Sendable {
                    /// Adds two numbers.
                    ///
                    /// - Parameter a: The first.
                    func add(_ a: Double, _ b: Double) async throws -> Double
                    func reset() async throws(CallError)
                    @discardableResult
                    func tell(in: Room, by someone: String?) async throws -> Int
                    func count(to end: Int) async throws -> ValueStream<Int>
                }

                /// A `Calculator` in another process: its methods call those of a service there.
                struct RemoteCalculator: Calculator {
                    /// Where the calls go.
                    let remote: RemoteService

                    /// Calls the service at a path.
                    init(_ callee: some Callee, path: String = "calculator", timeout: Duration? = nil) {
                        remote = RemoteService(callee, path: path, timeout: timeout)
                    }

                    /// Calls the service that a reference leads to.
                    init(_ reference: Reference, timeout: Duration? = nil) {
                        remote = RemoteService(reference, timeout: timeout)
                    }

                    /// Adds two numbers.
                    ///
                    /// - Parameter a: The first.
                    func add(_ a: Double, _ b: Double) async throws -> Double { try await remote.call("add", a, b) }

                    func reset() async throws(CallError) { try await remote.call("clear") }

                    @discardableResult
                    func tell(in `in`: Room, by someone: String?) async throws -> Int { try await remote.call("tell", `in`, someone) }

                    func count(to end: Int) async throws -> ValueStream<Int> { try await remote.stream("count", end) }
                }
                """
        )
    }

    @Test func accessAndPathAreKept() {
        Expansion.expect(
            """
            @Remote("tools/store")
            public protocol Store {
                func move(from oldPlace: Place, to newPlace: Place, careful: Bool, note: String?) async throws(CallError) -> [Place]
            }
            """,
            becomes: """
                public protocol Store {
                    func move(from oldPlace: Place, to newPlace: Place, careful: Bool, note: String?) async throws(CallError) -> [Place]
                }

                /// A `Store` in another process: its methods call those of a service there.
                public struct RemoteStore: Store {
                    /// Where the calls go.
                    public let remote: RemoteService

                    /// Calls the service at a path.
                    public init(_ callee: some Callee, path: String = "tools/store", timeout: Duration? = nil) {
                        remote = RemoteService(callee, path: path, timeout: timeout)
                    }

                    /// Calls the service that a reference leads to.
                    public init(_ reference: Reference, timeout: Duration? = nil) {
                        remote = RemoteService(reference, timeout: timeout)
                    }

                    public func move(
                        from oldPlace: Place,
                        to newPlace: Place,
                        careful: Bool,
                        note: String?
                    ) async throws(CallError) -> [Place] {
                        try await remote.call("move", oldPlace, newPlace, careful, note)
                    }
                }
                """
        )
    }
}
#endif
