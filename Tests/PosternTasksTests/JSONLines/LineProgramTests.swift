import Foundation
import Postern
import PosternNIO
import PosternTasks
import Synchronization
import SystemPackage
import Testing

/// Calls to and from a Python program without code of this package: `Tests/Fixtures/LineProgram/lines.py`.
@Suite(.timeLimit(.minutes(10)))
struct LineProgramTests {
    enum Way: CaseIterable { case socket, pipes }

    /// Starts the program, whose process exits when the peer is closed.
    private static func start(_ way: Way, serving dispatcher: any Dispatcher = NothingExposed()) async throws -> Peer {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures")
        process.arguments = ["python3", fixtures.appending(path: "LineProgram/lines.py").standardized.path()]
        let channel: JSONLines.Channel
        let ofChild: [FileDescriptor]
        switch way {
        case .socket:
            let (parent, child) = try SocketPair.make()
            (channel, ofChild) = (.socket(parent), [child])
            process.standardOutput = FileHandle.standardError
        case .pipes:
            let input = try FileDescriptor.pipe(options: [.closeOnExec])
            let output = try FileDescriptor.pipe(options: [.closeOnExec])
            channel = .pipes(output: output.readEnd, input: input.writeEnd)
            ofChild = [input.readEnd, output.writeEnd]
            process.standardOutput = FileHandle(fileDescriptor: output.writeEnd.rawValue, closeOnDealloc: false)
        }
        process.standardInput = FileHandle(fileDescriptor: ofChild[0].rawValue, closeOnDealloc: false)
        try process.run()
        for descriptor in ofChild { try descriptor.close() }
        return try await JSONLines.peer(on: channel, serving: dispatcher)
    }

    @Test(arguments: Way.allCases)
    func parentAndProgramCallEachOther(way: Way) async throws {
        let router = Router()
        router.service("calculator").register("add", Parameter<Int>("a"), Parameter<Int>("b")) { (a: Int, b: Int) in
            a + b
        }
        let peer = try await Self.start(way, serving: router)
        let sum: Int = try await peer.call("add", 1_000, 337)
        #expect(sum == 1_337)
        let double: Int = try await peer.call("double", 21)
        #expect(double == 42)
        let error = await #expect(throws: CallError.self) { () async throws -> Int in
            try await peer.call("fail", "Zoë\n")
        }
        #expect(error?.code.rawValue == 7)
        #expect(try error?.details?.decode([String].self) == ["Zoë\n"])
        peer.close()
    }

    @Test(arguments: Way.allCases)
    func manyCallsAreAnsweredAndProgressArrives(way: Way) async throws {
        let peer = try await Self.start(way)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...500 { group.addTask { try await peer.call("add", number, 0) } }
            return try await group.reduce(0, +)
        }
        #expect(sum == 125_250)
        let steps = Mutex<[Int]>([])
        var call = Call("count", arguments: try peer.encoded(5))
        call.progress = { step in steps.withLock { $0.append((try? step.decode()) ?? -1) } }
        _ = try await peer.dispatch(call)
        #expect(steps.withLock { $0 } == [0, 1, 2, 3, 4])
        peer.close()
    }

    @Test(arguments: Way.allCases)
    func callsFailWhenTheProgramExits(way: Way) async throws {
        let peer = try await Self.start(way)
        let error = await #expect(throws: CallError.self) { () async throws in try await peer.call("exit") }
        #expect(error?.code == .unavailable && error?.executed == .unknown)
        #expect(await peer.disconnected.kind == .lost)
    }
}
