// gRPC in Swift: grpc-swift-2 over SwiftNIO.
//   grpc-swift serve                                    prints the address
//   grpc-swift load ADDRESS unary|stream IN_FLIGHT SECONDS
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix

@main
enum GRPCSwift {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch (arguments.first, arguments.count) {
        case ("serve", 1): try await serve()
        case ("load", 5): try await load(Array(arguments.dropFirst()))
        default:
            print("usage: grpc-swift serve, grpc-swift load ADDRESS unary|stream IN_FLIGHT SECONDS")
            exit(2)
        }
    }

    private static func serve() async throws {
        let server = GRPCServer(
            transport: .http2NIOPosix(address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext),
            services: [Calculator()]
        )
        async let serving: Void = server.serve()
        if let port = try await server.listeningAddress?.ipv4?.port { tell("127.0.0.1:\(port)") }
        try await serving
    }

    private static func load(_ arguments: [String]) async throws {
        guard let port = arguments[0].split(separator: ":").last.flatMap({ Int($0) }),
            let kind = Load<HTTP2ClientTransport.Posix>.Kind(rawValue: arguments[1]),
            let inFlight = Int(arguments[2]), let seconds = Double(arguments[3])
        else { exit(2) }
        let transport = try HTTP2ClientTransport.Posix(
            target: .ipv4(address: "127.0.0.1", port: port),
            transportSecurity: .plaintext
        )
        try await withGRPCClient(transport: transport) { client in
            let load = Load(client)
            Task {
                do {
                    try await load.run(kind, inFlight: inFlight)
                } catch {
                    tell("\(error)")
                    exit(1)
                }
            }
            try await Task.sleep(for: .seconds(seconds / 5))
            let (before, start) = (load.count, ContinuousClock.now)
            tell("begin")
            try await Task.sleep(for: .seconds(seconds))
            tell("end \(load.count - before) \((ContinuousClock.now - start) / .seconds(1)) 0 0")
            exit(0)
        }
    }

    /// Writes a line without buffering, even to a pipe.
    private static func tell(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
}
