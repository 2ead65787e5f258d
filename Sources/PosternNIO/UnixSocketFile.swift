import FoundationEssentials
import NIOCore
import NIOPosix
import Postern

/// The file of a Unix socket that a server listens on.
enum UnixSocketFile {
    /// Takes away a socket that nobody listens on any more; nothing happens when there is none.
    ///
    /// - Throws: `CallError` when the path is no socket, or somebody listens there.
    static func removeStale(_ path: String, group: any EventLoopGroup) async throws(CallError) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return }
        guard attributes[.type] as? FileAttributeType == .typeSocket else {
            throw CallError(.unavailable, "\(path) is in the way and is no socket", ran: .no)
        }
        if let channel = try? await ClientBootstrap(group: group).connect(unixDomainSocketPath: path).get() {
            try? await channel.close()
            throw CallError(.unavailable, "Another server listens on \(path)", ran: .no)
        }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw CallError(.unavailable, "Cannot take \(path) away: \(error)", ran: .no)
        }
    }
}
