import ArgumentParser
import PosternNIO

/// The options for a server that is running already.
struct TargetOptions: ParsableArguments {
    @Option(help: "The IP address and port of its JSON doors, such as 127.0.0.1:8080.")
    var address: String?

    @Option(help: "The number of its process, whose memory, descriptors and threads are read.")
    var pid: Int32?

    @Option(help: "The folder of its control group, whose memory is read in place of that of the process.")
    var controlGroup: String?

    @Option(
        help: "MiB that a server may hold for its clients: the smaller of 256 and half of its control group's limit."
    )
    var budget = 256

    func validate() throws {
        guard (1...65_536).contains(budget) else { throw ValidationError("--budget is not within 1 to 65536") }
        guard address != nil || (pid == nil && controlGroup == nil) else {
            throw ValidationError("--pid and --control-group need --address")
        }
        guard let address else { return }
        guard pid != nil else { throw ValidationError("--address needs --pid") }
        do throws(TortureFailure) { _ = try Target.address(address) } catch {
            throw ValidationError("--address: \(error)")
        }
    }

    /// The server, or `nil` when this program starts one for each attack.
    var target: Target? {
        guard let address, let socket = try? Target.address(address) else { return nil }
        return Target(address: socket, processes: pid.map { [$0] } ?? [], controlGroup: controlGroup)
    }
}
