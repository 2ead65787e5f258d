import Glibc
import Postern
import PosternTasks
import SystemPackage

/// A task that writes lines to standard output and standard error.
struct Writer: ChildTask {
    var lines: Int
    /// The number of characters of each line.
    var length = 10
    /// Whether standard output is closed before the end.
    var closes = false

    func run(in task: TaskContext) async throws -> Int {
        for number in 0..<lines {
            print("\(number)".padded(to: length))
            _ = try FileDescriptor.standardError.writeAll("error \(number)\n".utf8)
        }
        if closes { try FileDescriptor.standardOutput.close() }
        return lines
    }
}

/// A task that ends its process without a result.
struct Crasher: ChildTask {
    var code: Int32?
    var signal: Int32?

    func register(in service: Service) {
        service.register("crash") { [code, signal] () async throws in
            if let signal { kill(getpid(), signal) }
            if let code { _exit(code) }
            // The signal may be delivered to another thread, a little later.
            try await Task.sleep(for: .seconds(60))
        }
    }

    func run(in task: TaskContext) async throws -> NoResult {
        while true { try await Task.sleep(for: .seconds(60)) }
    }
}

extension String {
    func padded(to length: Int) -> String { self + String(repeating: "x", count: max(0, length - count)) }
}
