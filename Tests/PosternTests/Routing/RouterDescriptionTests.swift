import Synchronization
import Testing

@testable import Postern

/// Descriptions are encoded once for each revision of a router.
@Suite struct RouterDescriptionTests {
    /// A router with another one mounted in it.
    private struct Tree {
        let router = Router()
        let inner = Router()

        init() throws {
            router.service("a").register("first") { () in 1 }
            inner.service("b").register("second") { () in 2 }
            try router.mount(inner, at: "inner")
        }

        func described(as codec: any PayloadCodec.Type = MessagePack.self) async throws -> Payload {
            let reply = try await router.dispatch(Call("rpc/describe", arguments: Payload(bytes: [], codec: codec)))
            guard case .value(let payload) = reply else { throw CallError(.internalError, "a stream") }
            return payload
        }
    }

    private enum Change: CaseIterable {
        case register, unregister, document, topic, removeTopic, mount, unmount, registerInside, topicInside

        func apply(to tree: Tree) throws {
            switch self {
            case .register: tree.router.root.register("third") { () in 3 }
            case .unregister: #expect(tree.router.unregister("a/first"))
            case .document: _ = tree.router.service("a", documentation: "about a")
            case .topic: _ = tree.router.topic("news")
            case .removeTopic: #expect(tree.router.removeTopic("old"))
            case .mount: try tree.router.mount(Router(), at: "other")
            case .unmount: #expect(tree.router.unmount("inner") != nil)
            case .registerInside: tree.inner.root.register("fourth") { () in 4 }
            case .topicInside: _ = tree.inner.topic("news")
            }
        }
    }

    @Test(arguments: Change.allCases)
    private func everyChangeIsInTheNextDescription(change: Change) async throws {
        let tree = try Tree()
        _ = tree.router.topic("old")
        let before = try await tree.described()
        try change.apply(to: tree)
        let after = try await tree.described().decode(RouterDescription.self)
        #expect(after == tree.router.description)
        if change != .mount { #expect(try before.decode(RouterDescription.self) != after) }
    }

    @Test func aDescriptionIsCachedUntilAChange() async throws {
        let tree = try Tree()
        let written = try await tree.described()
        let key = ObjectIdentifier(MessagePack.self)
        let mark = Payload(bytes: [0xc0], codec: MessagePack.self)
        tree.router.descriptions.withLock { kept in
            kept[key] = kept[key].map { Router.WrittenDescription(revision: $0.revision, payload: mark) }
        }
        #expect(try await tree.described().bytes == mark.bytes)
        tree.inner.root.register("third") { () in 3 }
        #expect(try await tree.described().bytes.count > written.bytes.count)
    }

    @Test func theErrorOfAnUnsafeMethodExplainsHowToCallIt() async throws {
        let router = Router()
        router.root.register("change") { () in 1 }
        router.root.register("look", options: MethodOptions(isSafe: true)) { () in 2 }
        func failure(_ path: String) async -> CallError? {
            let arguments = Payload(bytes: [], codec: MessagePack.self)
            do {
                _ = try await router.dispatch(Call(path, arguments: arguments, requiresSafeMethod: true))
                return nil
            } catch { return error }
        }
        #expect(await failure("change")?.isNotSafe == true)
        #expect(await failure("look") == nil)
        #expect(await failure("nothing")?.isNotSafe == false)
        #expect(!CallError(.methodNotFound, "not there").isNotSafe)
    }
}
