#if Macros
import Testing

/// Tests of the code that `@Service` generates.
@Suite struct ServiceMacroTests {
    @Test func aMethodIsRegistered() {
        Expansion.expect(
            """
            @Service
            struct Calculator {
                @Expose
                func add(a: Double, b: Double) -> Double { a + b }

                func secret() {}
            }
            """,
            becomes: """
                struct Calculator {
                    func add(a: Double, b: Double) -> Double { a + b }

                    func secret() {}
                }

                extension Calculator: PosternMacros::ServiceConformance {
                    static var serviceName: Swift::String { "calculator" }

                    func register(in service: Postern::Service) {
                        service.register("add", "a", "b") { (a: Double, b: Double) -> Double in self.add(a: a, b: b) }
                    }
                }
                """
        )
    }

    @Test func docCommentsAndDefaultsBecomeDescriptions() {
        Expansion.expect(
            """
            /// Tea, and what "goes" with it.
            ///
            /// More about it.
            @Service
            public final class TeaHouse {
                /// Brews a pot,
                /// slowly.
                ///
                /// It takes water.
                ///
                /// - Parameters:
                ///   - kind: Which leaves,
                ///     and from where.
                ///   - minutes: How long.
                /// - Returns: The colour.
                @Expose(isSafe: true, execution: .onEventLoop)
                public func brew(_ kind: String, for minutes: Int = 3, milk: Bool? = nil) throws -> String { kind }
            }
            """,
            becomes: #"""
                /// Tea, and what "goes" with it.
                ///
                /// More about it.
                public final class TeaHouse {
                    /// Brews a pot,
                    /// slowly.
                    ///
                    /// It takes water.
                    ///
                    /// - Parameters:
                    ///   - kind: Which leaves,
                    ///     and from where.
                    ///   - minutes: How long.
                    /// - Returns: The colour.
                    public func brew(_ kind: String, for minutes: Int = 3, milk: Bool? = nil) throws -> String { kind }
                }

                extension TeaHouse: PosternMacros::ServiceConformance {
                    public static var serviceName: Swift::String { "teaHouse" }
                    public static var serviceDocumentation: Swift::String? { #"Tea, and what "goes" with it."# }

                    public func register(in service: Postern::Service) {
                        service.register(
                            "brew",
                            Postern::Parameter<String>("kind", "Which leaves, and from where."),
                            Postern::Parameter<Int>("for", "How long.", default: 3),
                            "milk",
                            options: Postern::MethodOptions(documentation: "Brews a pot, slowly.", isSafe: true, execution: .onEventLoop)
                        ) { (kind: String, minutes: Int, milk: Bool?) -> String in
                            try self.brew(kind, for: minutes, milk: milk)
                        }
                    }
                }
                """#
        )
    }

    @Test func methodsOfAnActorAreAwaited() {
        Expansion.expect(
            """
            @Service("count")
            actor Counter {
                @Expose func bump() -> Int { 1 }
                @Expose("size") nonisolated func count() -> Int { 1 }
                @Expose func save() async throws {}
                @Expose @MainActor func show() {}
            }
            """,
            becomes: """
                actor Counter {
                    func bump() -> Int { 1 }
                    nonisolated func count() -> Int { 1 }
                    func save() async throws {}
                    @MainActor func show() {}
                }

                extension Counter: PosternMacros::ServiceConformance {
                    static var serviceName: Swift::String { "count" }

                    nonisolated func register(in service: Postern::Service) {
                        service.register("bump") { () -> Int in await self.bump() }
                        service.register("size") { () -> Int in self.count() }
                        service.register("save") { try await self.save() }
                        service.register("show") { await self.show() }
                    }
                }
                """
        )
    }

    @Test func methodsOfAGlobalActorAreAwaited() {
        Expansion.expect(
            """
            @MainActor
            @Service
            package class HTTPScreen {
                @Expose func size() -> Int { 1 }
            }
            """,
            becomes: """
                @MainActor
                package class HTTPScreen {
                    func size() -> Int { 1 }
                }

                extension HTTPScreen: PosternMacros::ServiceConformance {
                    package nonisolated static var serviceName: Swift::String { "httpScreen" }

                    package nonisolated func register(in service: Postern::Service) {
                        service.register("size") { () -> Int in await self.size() }
                    }
                }
                """
        )
    }

    @Test func streamsAreRecognisedByTheirTypes() {
        Expansion.expect(
            """
            @Service
            struct Clock {
                @Expose func ticks(every seconds: Double = 1) -> AsyncStream<Tick> { ticks }
                @Expose func days() -> some AsyncSequence<Day, Never> & Sendable { days }
                @Expose(isStream: true) func years() async throws -> Years { Years() }
                @Expose(isStream: false) func river() -> Stream { Stream() }
            }
            """,
            becomes: """
                struct Clock {
                    func ticks(every seconds: Double = 1) -> AsyncStream<Tick> { ticks }
                    func days() -> some AsyncSequence<Day, Never> & Sendable { days }
                    func years() async throws -> Years { Years() }
                    func river() -> Stream { Stream() }
                }

                extension Clock: PosternMacros::ServiceConformance {
                    static var serviceName: Swift::String { "clock" }

                    func register(in service: Postern::Service) {
                        service.registerStream("ticks", Postern::Parameter<Double>("every", default: 1)) { (seconds: Double) in
                            self.ticks(every: seconds)
                        }
                        service.registerStream("days") { self.days() }
                        service.registerStream("years") { try await self.years() }
                        service.register("river") { () -> Stream in self.river() }
                    }
                }
                """
        )
    }

    @Test func aContextIsNotAParameterOfCallers() {
        Expansion.expect(
            """
            @Service
            struct Door {
                @Expose func knock(_ context: CallContext, times: Int) async -> String { "" }
                @Expose func ring(in call: Postern.CallContext) async {}
            }
            """,
            becomes: """
                struct Door {
                    func knock(_ context: CallContext, times: Int) async -> String { "" }
                    func ring(in call: Postern.CallContext) async {}
                }

                extension Door: PosternMacros::ServiceConformance {
                    static var serviceName: Swift::String { "door" }

                    func register(in service: Postern::Service) {
                        service.register("knock", "times") { (context: CallContext, times: Int) -> String in
                            await self.knock(context, times: times)
                        }
                        service.register("ring") { (call: Postern.CallContext) in await self.ring(in: call) }
                    }
                }
                """
        )
    }

    @Test func unusualNamesArePreserved() {
        Expansion.expect(
            """
            @Service
            struct Store {
                @Expose func `repeat`(_ `default`: Int, in: String, at _: Int, by `for`: sending String) {}
            }
            """,
            becomes: """
                struct Store {
                    func `repeat`(_ `default`: Int, in: String, at _: Int, by `for`: sending String) {}
                }

                extension Store: PosternMacros::ServiceConformance {
                    static var serviceName: Swift::String { "store" }

                    func register(in service: Postern::Service) {
                        service.register("repeat", "default", "in", "at", "by") {
                            (`default`: Int, `in`: String, at: Int, `for`: String) in
                            self.`repeat`(`default`, in: `in`, at: at, by: `for`)
                        }
                    }
                }
                """
        )
    }

    @Test func conditionsAreKept() {
        Expansion.expect(
            """
            @Service
            struct Store {
                #if DEBUG
                @Expose func state() -> String { "debug" }
                @Expose func dump() {}
                #elseif os(Linux)
                @Expose func state() -> String { "linux" }
                #else
                func hidden() {}
                #endif
                #if DEBUG
                func alsoHidden() {}
                #endif
            }
            """,
            becomes: """
                struct Store {
                    #if DEBUG
                    func state() -> String { "debug" }
                    func dump() {}
                    #elseif os(Linux)
                    func state() -> String { "linux" }
                    #else
                    func hidden() {}
                    #endif
                    #if DEBUG
                    func alsoHidden() {}
                    #endif
                }

                extension Store: PosternMacros::ServiceConformance {
                    static var serviceName: Swift::String { "store" }

                    func register(in service: Postern::Service) {
                        #if DEBUG
                        service.register("state") { () -> String in self.state() }
                        service.register("dump") { self.dump() }
                        #elseif os(Linux)
                        service.register("state") { () -> String in self.state() }
                        #else
                        #endif
                    }
                }
                """
        )
    }

    @Test func aLongDescriptionIsOnItsOwnLine() {
        let text = String(repeating: "Tea. ", count: 20) + "Tea."
        Expansion.expect(
            "/** \(text) */\n@Service\nstruct Tea {\n    @Expose func brew() -> some Encodable & Sendable { 1 }\n}",
            becomes: """
                /** \(text) */
                struct Tea {
                    func brew() -> some Encodable & Sendable { 1 }
                }

                extension Tea: PosternMacros::ServiceConformance {
                    static var serviceName: Swift::String { "tea" }
                    static var serviceDocumentation: Swift::String? {
                        "\(text)"
                    }

                    func register(in service: Postern::Service) {
                        service.register("brew") { self.brew() }
                    }
                }
                """
        )
    }
}
#endif
