import Postern
import PosternAuth
import PosternNIO
import PosternTasks

/// The Swift in the tables of the pages for those that come from other systems, one statement a line.
func aiomasExamples(service: Service, router: Router, host: String, port: Int) async throws {
    let inner = Router()
    service.register("add", "a", "b") { (a: Int, b: Int) in a + b }
    try router.mount(inner, at: "addition")
    let peer = try await Peer.connect(to: .tcp(host: host, port: port), serving: router)
    _ = NativeServer(router, onConnect: { client in print(client.isConnected) })
    _ = try await peer.remote.eggs.spam(3, foo: 4) as Int
    try await peer.call("hello", Reference(to: router))
    peer.onDisconnect { reason in print(reason.message) }
    await peer.drain()
    peer.close()
}

func cowaitExamples(service: Service, task: TaskContext) async throws {
    service.register("name") { 1 }
    let child = try await task.spawn(Count())
    try await task.parent.call("set_called")
    task.report(1)
    _ = child
}

func kaaExamples(router: Router, object: some Exposable, path: String) async throws {
    let inner = Router()
    _ = try await NativeServer.listen(on: "tcp://127.0.0.1:9000", serving: router, secret: try SharedSecret(file: path))
    _ = try await NativeServer.listen(on: "unix:@kaa", serving: router, onConnect: { client in client.close() })
    let peer = try await Peer.connect(to: "tcp://127.0.0.1:9000", serving: router)
    peer.onDisconnect { reason in print(reason.kind == .authenticationFailed) }
    router.root.register("do_something", "foo") { (foo: Int) in foo }
    router.root.expose(object, as: "name")
    _ = router.service("other")
    try router.mount(inner, at: "third")
    let x: PendingCall<Int> = peer.begin("do_something", 6)
    let y: Int = try await peer.remote.do_something(6)
    x.onReady { call in print(try await call.value) }
    let z: Int = try await peer.call("do_something", 6)
    print(y, z, await peer.disconnected, PeerLimits.standard.waitingCalls)
}

func rpycExamples(peer: Peer, router: Router, old: Int, new: Int, callback: Callback, monitor: Reference) async throws {
    typealias Stat = Int
    let call: PendingCall<Void> = peer.remote.sleep.begin(15)
    try await call.wait()
    call.onReady { call in print("\(call)") }
    call.setExpiry(.seconds(2))
    print(call.isReady, call.isError, call.isExpired)
    _ = peer.remote.f.timed(.seconds(6))
    try await peer.call("watch", Callback { (old: Stat, new: Stat) in print(old, new) })
    try callback.notify(old, new)
    await peer.pollAll()
    _ = try peer.makeArrivalDescriptor()
    await peer.serve(timeout: .zero)
    _ = Reference(to: router, "monitor")
    try await monitor.call("stop")
    do { try await raising(FileMissing.self) { try await peer.call("open") } } catch { print("\(error)") }
}
