#if Macros
import SwiftSyntaxMacrosGenericTestSupport
import Testing

/// Tests of the code that `@Remote` generates.
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
                func send(in: Room, by someone: String?) async throws -> Int
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
                    func send(in: Room, by someone: String?) async throws -> Int
                    func count(to end: Int) async throws -> ValueStream<Int>
                }

                /// A `Calculator` in another process: its methods call those of a service there.
                struct RemoteCalculator: Calculator {
                    /// The service that the methods call.
                    let remote: Postern::RemoteService

                    /// Calls the service at a path.
                    init(
                        _ callee: some Postern::Callee,
                        path: Swift::String = "calculator",
                        timeout: Swift::Duration? = nil
                    ) {
                        self.remote = Postern::RemoteService(callee, path: path, timeout: timeout)
                    }

                    /// Calls the service that a reference leads to.
                    init(_ reference: Postern::Reference, timeout: Swift::Duration? = nil) {
                        self.remote = Postern::RemoteService(reference, timeout: timeout)
                    }

                    /// Adds two numbers.
                    ///
                    /// - Parameter a: The first.
                    func add(_ a: Double, _ b: Double) async throws -> Double { try await self.remote.call("add", a, b) }

                    func reset() async throws(CallError) { try await self.remote.call("clear") }

                    @discardableResult
                    func send(in `in`: Room, by someone: String?) async throws -> Int {
                        try await self.remote.call("send", `in`, someone)
                    }

                    func count(to end: Int) async throws -> ValueStream<Int> { try await self.remote.stream("count", end) }
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
                    /// The service that the methods call.
                    public let remote: Postern::RemoteService

                    /// Calls the service at a path.
                    public init(
                        _ callee: some Postern::Callee,
                        path: Swift::String = "tools/store",
                        timeout: Swift::Duration? = nil
                    ) {
                        self.remote = Postern::RemoteService(callee, path: path, timeout: timeout)
                    }

                    /// Calls the service that a reference leads to.
                    public init(_ reference: Postern::Reference, timeout: Swift::Duration? = nil) {
                        self.remote = Postern::RemoteService(reference, timeout: timeout)
                    }

                    public func move(
                        from oldPlace: Place,
                        to newPlace: Place,
                        careful: Bool,
                        note: String?
                    ) async throws(CallError) -> [Place] {
                        try await self.remote.call("move", oldPlace, newPlace, careful, note)
                    }
                }
                """
        )
    }

    @Test func parametersThatAreNamedLikeMembersOfTheStub() {
        Expansion.expect(
            """
            @Remote
            protocol Store {
                func move(remote: Int, timeout: Int, path: Int) async throws
                func hold(self: Int) async throws
                func remote() async throws -> Int
            }
            """,
            becomes: """
                protocol Store {
                    func move(remote: Int, timeout: Int, path: Int) async throws
                    func hold(self: Int) async throws
                    func remote() async throws -> Int
                }

                /// A `Store` in another process: its methods call those of a service there.
                struct RemoteStore: Store {
                    /// The service that the methods call.
                    let remote: Postern::RemoteService

                    /// Calls the service at a path.
                    init(
                        _ callee: some Postern::Callee,
                        path: Swift::String = "store",
                        timeout: Swift::Duration? = nil
                    ) {
                        self.remote = Postern::RemoteService(callee, path: path, timeout: timeout)
                    }

                    /// Calls the service that a reference leads to.
                    init(_ reference: Postern::Reference, timeout: Swift::Duration? = nil) {
                        self.remote = Postern::RemoteService(reference, timeout: timeout)
                    }

                    func move(remote: Int, timeout: Int, path: Int) async throws {
                        try await self.remote.call("move", remote, timeout, path)
                    }

                    func hold(self selfArgument: Int) async throws { try await self.remote.call("hold", selfArgument) }

                    func remote() async throws -> Int { try await self.remote.call("remote") }
                }
                """
        )
    }
}
#endif
