import Foundation
import PosternNIO

/// The processes of a topology, which are started for one attack.
final class Server: Sendable {
    let target: Target
    private let processes: [ServerProcess]
    private let folder: URL

    private init(_ target: Target, _ processes: [ServerProcess], _ folder: URL) {
        self.target = target
        self.processes = processes
        self.folder = folder
    }

    /// Starts the processes that an attack needs.
    static func start(for attack: Attack) async throws -> Server {
        let folder = FileManager.default.temporaryDirectory.appending(path: "postern-torture-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var started: [ServerProcess] = []
        do { return try await start(attack, in: folder, &started) } catch {
            for process in started { process.kill() }
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
    }

    // Trace lines have the counts of what is under way, and rpc.status has those of the memory that is held.
    private static let doors = ["--port", "0", "--log-level", "trace", "--status"]
    private static let services = ["--bench", "--probe", "--native"]

    private static func start(_ attack: Attack, in folder: URL, _ started: inout [ServerProcess]) async throws -> Server
    {
        func start(_ program: String, _ arguments: [String]) throws -> ServerProcess {
            let process = try ServerProcess(
                program,
                arguments,
                in: folder,
                blocksLog: attack.blocksLog,
                descriptorLimit: attack.descriptorLimit
            )
            started.append(process)
            return process
        }
        var native: Address?
        let gateway: ServerProcess
        switch attack.topology {
        case .inProcess:
            let secret = attack.needsSecret ? ["--secret-file", try secretFile(in: folder)] : []
            gateway = try start("postern-demo", services + ["tcp:127.0.0.1:0"] + doors + secret + attack.options)
            native = Address(try await gateway.line(after: "native on "))
        case .sidecar:
            let socket = "unix:\(folder.path)/app.sock"
            let service = try start("postern-demo", services + [socket, "--no-gateway"])
            native = Address(try await service.line(after: "native on "))
            gateway = try start("postern", ["gateway", "--upstream", socket] + doors + attack.options)
        }
        let url = try await gateway.line(after: "listening on http://")
        let address = try Target.address(String(url.prefix { $0 != "/" }))
        let target = Target(address: address, native: native, processes: started.map(\.identifier))
        return Server(target, started, folder)
    }

    private static func secretFile(in folder: URL) throws -> String {
        let file = folder.appending(path: "secret")
        try Data("a secret of this attack alone\n".utf8).write(to: file)
        return file.path
    }

    var isRunning: Bool { processes.allSatisfy(\.isRunning) }

    /// The log of the gateway; `nil` when it is a pipe that is not read.
    var log: String? { processes.last.flatMap { $0.blocksLog ? nil : $0.output } }

    /// Ends the processes, the gateway first, and removes their files.
    ///
    /// - Returns: Whether all have stopped in time with code 0.
    @discardableResult
    func stop() async -> Bool {
        var isOrderly = true
        for process in processes.reversed() { isOrderly = await process.stop() == 0 && isOrderly }
        try? FileManager.default.removeItem(at: folder)
        return isOrderly
    }
}
