#if Macros
import Postern
import PosternMacros
import ServiceLifecycle

/// Sells things.
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

/// A type of the program inside of which the names are taken too.
@Service("inner")
actor Inner {
    init() {}

    struct Parameter {}
    struct Service {}

    /// Adds.
    @Expose func add(a: Int = 1) -> Int { a }
}

/// Something that a program runs until it stops, beside its services.
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
