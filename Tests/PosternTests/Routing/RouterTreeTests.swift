import Postern
import Testing

/// Nested services and mounted routers.
@Suite struct RouterTreeTests {
    @Test("A tree of services answers, however it was built", arguments: Construction.allCases)
    func aTreeAnswersHoweverItWasBuilt(construction: Construction) async throws {
        let router = try construction.build()
        #expect(try await router.call("addition/add", [3, 4]) == 7)
        #expect(try await router.call("subtraction.sub", [4, 3]) == 1)
        for path in ["addition/missing", "missing/add", "addition", "", "addition/add/more", "subtraction/secret"] {
            #expect(await router.failure(path)?.code == .methodNotFound)
        }
        let paths = router.description.methods.map(\.path)
        #expect(paths == ["addition/add", "rpc/describe", "rpc/subscribe", "subtraction/sub"])
    }

    @Test("Services and routers know their paths")
    func servicesAndRoutersKnowTheirPaths() throws {
        let (root, middle, leaf) = (Router(), Router(), Router())
        try root.mount(middle, at: "middle")
        try middle.mount(leaf, at: "leaf")
        #expect(root.path == "" && root.name == "" && root.parent == nil)
        #expect(middle.path == "middle" && middle.parent === root)
        #expect(leaf.path == "middle/leaf" && leaf.name == "leaf" && leaf.parent === middle)
        let service = root.service("outer").service("inner")
        #expect(service.path == "outer/inner" && service.name == "inner")
        #expect(service.parent?.path == "outer" && service.parent?.parent?.path == "")
        #expect(root.root.parent?.path == nil)
    }

    @Test("A router has one parent")
    func aRouterHasOneParent() throws {
        let (first, second, inner) = (Router(), Router(), Router())
        try first.mount(inner, at: "inner")
        #expect(throws: MountingError.hasParent("inner")) { try second.mount(inner, at: "inner") }
        #expect(throws: MountingError.nameTaken("inner")) { try first.mount(second, at: "inner") }
        #expect(throws: MountingError.wouldContainItself) { try inner.mount(first, at: "first") }
        #expect(throws: MountingError.wouldContainItself) { try first.mount(first, at: "first") }
        // A failed mount leaves no parent behind.
        #expect(second.parent == nil)
        #expect(first.unmount("inner") === inner)
        try second.mount(inner, at: "moved")
        #expect(inner.path == "moved")
    }

    @Test func laterRegistrationsAreReachable() async throws {
        let (root, inner) = (Router(), Router())
        try root.mount(inner, at: "inner")
        #expect(await root.failure("inner/late")?.code == .methodNotFound)
        inner.root.register("late") { 5 }
        #expect(try await root.call("inner/late") == 5)
        _ = inner.topic("news")
        #expect(root.findTopic("inner.news") != nil && root.findTopic("inner/other") == nil)
        #expect(root.description.topics.map(\.path) == ["inner/news"])
        // The built-in methods of a mounted router are not reachable.
        #expect(await root.failure("inner/rpc/describe")?.code == .methodNotFound)
        root.unmount("inner")
        #expect(await root.failure("inner/late")?.code == .methodNotFound)
    }

    @Test("A name is taken, unless the second registration replaces the first")
    func aNameIsTakenUnlessItIsReplaced() async throws {
        let router = Router()
        router.root.register("number") { 1 }
        router.root.register("number", options: .init(replaces: true)) { 2 }
        #expect(try await router.call("number") == 2)
        #expect(router.description.methods.filter { $0.path == "number" }.count == 1)
        await #expect(processExitsWith: .failure) {
            let router = Router()
            router.root.register("number") { 1 }
            router.root.register("number") { 2 }
        }
    }

    @Test(
        "What was not registered is not there, whatever it is called",
        arguments: [
            "Subtraction", "subtraction", "subtraction/secret", "subtraction/init", "subtraction/self",
            "subtraction/Type",
            "subtraction/__class__", "subtraction/_sub", "subtraction/sub/", "/subtraction/sub", "subtraction//sub",
            "..",
            "subtraction/../subtraction/sub", "$/1", "$/cancelRequest", "rpc", "rpc/", "rpc/_describe", "register",
            "\u{0}",
        ]
    )
    func unregisteredPathsOfATreeAreNotFound(path: String) async throws {
        let router = try Construction.objects.build()
        let error = await router.failure(path)
        #expect(error?.code == .methodNotFound && error?.executed == .no)
        #expect(error?.message == "No such method: \(path.replacing("/", with: "."))")
        #expect(try await router.call("subtraction/sub", [4, 3]) == 1)
    }

    enum Construction: CaseIterable {
        case services, routers, objects

        func build() throws -> Router {
            let router = Router()
            switch self {
            case .services:
                router.service("addition").register("add", "a", "b") { (a: Int, b: Int) in a + b }
                router.service("subtraction").register("sub", "a", "b") { (a: Int, b: Int) in a - b }
            case .routers:
                let (addition, subtraction) = (Router(), Router())
                // A table of functions.
                let table: [String: @Sendable (Int, Int) -> Int] = ["add": { $0 + $1 }]
                for (name, function) in table { addition.root.register(name, "a", "b", handler: function) }
                Subtraction().register(in: subtraction.root)
                try router.mount(addition, at: "addition")
                try router.mount(subtraction, at: "subtraction")
            case .objects:
                router.root.expose(Addition(), as: "addition")
                router.root.expose(Subtraction(), as: "subtraction")
            }
            return router
        }
    }
}

private struct Addition: Exposable {
    func register(in service: Service) { service.register("add", "a", "b") { (a: Int, b: Int) in a + b } }
}

private struct Subtraction: Exposable {
    func register(in service: Service) { service.register("sub", "a", "b") { secret($0, $1) } }
    private func secret(_ a: Int, _ b: Int) -> Int { a - b }
}
