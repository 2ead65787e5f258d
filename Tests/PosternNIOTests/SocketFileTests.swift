import PosternTestSupport
import FoundationEssentials
import Glibc
import Postern
@testable import PosternNIO
import SystemPackage
import Testing

/// The files of Unix sockets: their replacement and removal, and their mode and group.
@Suite(.timeLimit(.minutes(10)))
struct SocketFileTests {
    private let path = TemporaryFile.path(ending: ".sock")
    private var address: Address { .unix(path: path) }

    @Test func aServerRemovesItsFile() async throws {
        let server = try await NativeServer.listen(on: address, serving: NothingExposed())
        #expect(exists)
        await server.stop()
        #expect(!exists)
    }

    @Test(arguments: [true, false])
    func aServerKeepsTheFileOfTheNextOne(isRenamed: Bool) async throws {
        let first = try await NativeServer.listen(on: address, serving: NothingExposed())
        if isRenamed {
            try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
        } else {
            try FileManager.default.removeItem(atPath: path)
        }
        let second = try await NativeServer.listen(on: address, serving: NothingExposed())
        await first.stop()
        try await Peer.connect(to: address).waitUntilConnected()
        await second.stop()
        #expect(!exists)
        try? FileManager.default.removeItem(atPath: path + ".old")
    }

    @Test func aFileThatIsNotASocketIsNeverRemoved() async throws {
        let server = try await NativeServer.listen(on: address, serving: NothingExposed())
        try FileManager.default.removeItem(atPath: path)
        try Data("mine".utf8).write(to: URL(filePath: path))
        let error = await #expect(throws: CallError.self) {
            try await NativeServer.listen(on: address, serving: NothingExposed())
        }
        #expect(error?.message.contains("already in use by a file that is not a socket") == true)
        await server.stop()
        #expect(try Data(contentsOf: URL(filePath: path)) == Data("mine".utf8))
        try FileManager.default.removeItem(atPath: path)
    }

    @Test func aStaleSocketIsReplacedAndOneInUseIsNot() async throws {
        let first = try await NativeServer.listen(on: address, serving: NothingExposed())
        let second = NativeServer(NothingExposed())
        let error = await #expect(throws: CallError.self) { try await second.start(at: address) }
        #expect(error?.message == "Cannot listen at \(address): already in use by another server")
        await first.stop()
        try leaveSocketBehind()
        try await second.start(at: address)
        try await Peer.connect(to: address).waitUntilConnected()
        await second.stop()
        await #expect(throws: CallError.self) { try await NativeClient.connect(to: address) }
    }

    @Test func ofManyServersThatReplaceASocketAtOnceOneListens() async throws {
        for _ in 0..<10 {
            try leaveSocketBehind()
            let servers = (0..<8).map { _ in NativeServer(NothingExposed()) }
            let started = await withTaskGroup(of: Bool.self) { starts in
                for server in servers { starts.addTask { (try? await server.start(at: self.address)) != nil } }
                return await starts.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(started == 1)
            try await Peer.connect(to: address).waitUntilConnected()
            for server in servers { await server.stop() }
        }
    }

    @Test(arguments: [
        (SocketFileOptions(mode: 0o660), 0o660), (SocketFileOptions(mode: 0o777), 0o777),
        (SocketFileOptions(mode: 0), 0), (SocketFileOptions(group: .id(getgid())), 0o660),
        (SocketFileOptions(mode: 0o620, group: .id(getgid())), 0o620),
    ])
    func theFileHasItsModeAndGroup(file: SocketFileOptions, mode: Int) async throws {
        let server = try await listen(file)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == mode)
        #expect(attributes[.groupOwnerAccountID] as? Int == Int(getgid()))
        await server.stop()
    }

    @Test(arguments: [
        (SocketFileOptions(mode: 0o1000), "The mode 01000 of a socket file is above 0777"),
        (SocketFileOptions(group: .name("no such group")), "There is no group \"no such group\" on this system"),
    ])
    func optionsThatCannotBeUsedAreRefused(file: SocketFileOptions, message: String) async {
        let error = await #expect(throws: CallError.self) { try await listen(file) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.message == message)
        #expect(!exists)
    }

    @Test(arguments: [Address.unix(path: "@postern-test"), .tcp(host: "127.0.0.1", port: 0)])
    func anAddressWithoutAFileRefusesItsOptions(address: Address) async {
        var options = ConnectionOptions()
        options.socketFile.mode = 0o660
        let error = await #expect(throws: CallError.self) {
            try await NativeServer.listen(on: address, serving: NothingExposed(), options: options)
        }
        #expect(error?.message == "\(address) has no socket file, whose mode and group could be chosen")
    }

    @Test func anAbstractNameHasNoFileAndOneServer() async throws {
        let address = Address.unix(path: "@postern-test-\(UInt64.random(in: 0 ... .max))")
        let router = Router()
        router.root.register("hello") { "hello" }
        let server = try await NativeServer.listen(on: address, serving: router)
        let error = await #expect(throws: CallError.self) {
            try await NativeServer.listen(on: address, serving: NothingExposed())
        }
        #expect(error?.message == "Cannot listen at \(address): already in use by another server")
        let peer = try await Peer.connect(to: address)
        let hello: String = try await peer.call("hello")
        #expect(hello == "hello")
        await server.stop()
        await #expect(throws: CallError.self) { try await Peer.connect(to: address) }
    }

    @Test(arguments: [
        ("", "the path is empty"), ("@", "the abstract name is empty"), ("/tmp/a\0b", "the path holds a NUL byte"),
        ("@a\0b", "the abstract name holds a NUL byte"),
        (
            String(repeating: "é", count: 54),
            "the path has 108 bytes, and the system takes at most 107; choose a shorter one"
        ),
        (
            "@" + String(repeating: "n", count: 108),
            "the abstract name has 108 bytes, and the system takes at most 107; choose a shorter one"
        ),
    ])
    func anInvalidNameIsRefused(path: String, reason: String) async {
        for attempt in attempts(at: .unix(path: path)) {
            let error = await #expect(throws: CallError.self) { try await attempt() }
            #expect(error?.code == .invalidRequest)
            #expect(error?.message.hasSuffix(" is not an address: \(reason)") == true)
        }
    }

    @Test func theLongestNamesCanBeUsed() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        for prefix in [folder.path + "/", "@" + folder.path] {
            let length = prefix.hasPrefix("@") ? 108 : 107
            let address = Address.unix(path: prefix + String(repeating: "n", count: length - prefix.utf8.count))
            let server = try await NativeServer.listen(on: address, serving: NothingExposed())
            try await Peer.connect(to: address).waitUntilConnected()
            await server.stop()
        }
    }

    @Test(arguments: [
        ("/no/such/a.sock", "the directory /no/such does not exist", "there is no such socket file"),
        ("/dev/null/a.sock", "/dev/null is not a directory", "Not a directory"),
    ])
    func aPlaceThatCannotBeUsedIsNamed(path: String, listening: String, connecting: String) async {
        for (attempt, reason) in zip(attempts(at: .unix(path: path)), [listening, connecting]) {
            let error = await #expect(throws: CallError.self) { try await attempt() }
            #expect(error?.code == .unavailable)
            #expect(error?.message.hasSuffix(": \(reason)") == true, "\(error?.message ?? "")")
        }
    }

    @Test func aSocketThatNoServerListensOnIsNamed() async throws {
        try leaveSocketBehind()
        let error = await #expect(throws: CallError.self) { try await Peer.connect(to: address) }
        #expect(error?.message == "Cannot connect to \(address): no server listens there")
        try FileManager.default.removeItem(atPath: path)
    }

    private var exists: Bool { FileManager.default.fileExists(atPath: path) }

    private func listen(_ file: SocketFileOptions) async throws(CallError) -> NativeServer {
        var options = ConnectionOptions()
        options.socketFile = file
        return try await NativeServer.listen(on: address, serving: NothingExposed(), options: options)
    }

    private func attempts(at address: Address) -> [() async throws -> Void] {
        [
            { _ = try await NativeServer.listen(on: address, serving: NothingExposed()) },
            { _ = try await Peer.connect(to: address) },
        ]
    }

    private func leaveSocketBehind() throws {
        let socket = try UnixSocketCalls.open()
        try UnixSocketCalls.bind(socket, to: UnixSocketName(path))
        try socket.close()
    }
}
