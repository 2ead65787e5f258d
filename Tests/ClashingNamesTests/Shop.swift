#if Macros
import Postern
import PosternMacros
import ServiceLifecycle

/// A service whose members have the names of the library's types.
@Service
struct Shop {
    init() {}

    /// Adds.
    ///
    /// - Parameters:
    ///   - service: The first.
    ///   - other: The second.
    ///   - options: The third.
    /// - Returns: The sum.
    @Expose(isSafe: true)
    func add(service: Int, self other: Int = 1, _ options: Int) -> Int { service + other + options }

    @Expose func sum(remote: Int, timeout: Int, path: Int) -> Int { remote + timeout + path }

    @Expose func echo(`self`: Int) -> Int { `self` }

    @Expose func name(_ context: Postern::CallContext) async throws -> Swift::String { context.method }
}

/// A type whose nested types have the names of the library's.
@Service("inner")
actor Inner {
    init() {}

    struct Parameter {}
    struct Service {}

    /// Adds.
    @Expose func add(a: Int = 1) -> Int { a }
}

/// A service of ServiceLifecycle, whose protocol has the name of a type of the library.
struct Clerk: ServiceLifecycle.Service {
    init() {}

    func run() async throws {}
}

@Remote("shop")
protocol RemoteShopping: Sendable {
    func add(service: Int, self: Int, _ options: Int) async throws -> Int
    @Expose("sum") func sum(remote: Int, timeout: Int, path: Int) async throws -> Int
    @Expose("echo") func call(self: Int) async throws(Postern::CallError) -> Int
    @Expose("name") func remote() async throws -> Swift::String
}
#endif
