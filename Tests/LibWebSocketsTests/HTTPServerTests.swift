import Foundation
import Testing

@testable import LibWebSockets

@Suite struct HTTPServerTests {
    private final class Nothing: HTTPService {
        func admit(_ request: HTTPRequestHead, from address: String) -> HTTPAdmission {
            .answer(HTTPResponse(.notFound))
        }
        func respond(to exchange: HTTPExchange) {}
    }

    private var configuration: HTTPServer.Configuration {
        var configuration = HTTPServer.Configuration()
        configuration.port = 0
        return configuration
    }

    @Test(arguments: [1, 3])
    func serversStartAndStopRepeatedly(loops: Int) async throws {
        for _ in 0..<5 {
            var configuration = configuration
            configuration.loops = loops
            let server = try await HTTPServer(configuration) { _ in Nothing() }
            #expect(server.port > 0 && server.loops.count == loops)
            await server.stop()
        }
    }

    /// The number of contexts is that of open random devices, since each opens one; concurrent tests have some too.
    @Test func serversReuseContextsOfEarlierServers() async throws {
        let before = Self.openRandomDevices
        for _ in 0..<40 { try await HTTPServer(configuration) { _ in Nothing() }.stop() }
        #expect(Self.openRandomDevices < before + 30)
    }

    private static var openRandomDevices: Int {
        let folder = "/proc/self/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let targets = names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }
        return targets.count { $0 == "/dev/urandom" }
    }

    @Test func loopThreadsHaveEndedAfterAStop() async throws {
        let server = try await HTTPServer(configuration) { _ in Nothing() }
        let thread = await Self.thread(of: server.loops[0])
        await server.stop()
        #expect(await Self.thread(of: server.loops[0]) != thread)
    }

    private static func thread(of loop: EventLoop) async -> UInt {
        await withCheckedContinuation { next in loop.execute { next.resume(returning: UInt(pthread_self())) } }
    }

    @Test(arguments: [1, 2]) func portInUseIsRefused(loops: Int) async throws {
        var configuration = configuration
        configuration.loops = loops
        let first = try await HTTPServer(configuration) { _ in Nothing() }
        configuration.port = first.port
        await #expect(throws: HTTPServer.StartError.self) { try await HTTPServer(configuration) { _ in Nothing() } }
        await first.stop()
    }

    @Test func stoppedServersAcceptFurtherCalls() async throws {
        let server = try await HTTPServer(configuration) { _ in Nothing() }
        await server.stopAccepting()
        await server.stop()
        await server.stop()
        await server.stopAccepting()
        #expect(await server.connectionCount == 0)
    }

    @Test(arguments: ["256.0.0.1", "no such name", ""])
    func invalidAddressesAreRefused(_ host: String) async {
        var configuration = configuration
        configuration.host = host
        let error = await #expect(throws: HTTPServer.StartError.self) {
            try await HTTPServer(configuration) { _ in Nothing() }
        }
        let reason = "this is no IPv4 or IPv6 address; the only name allowed is localhost"
        #expect(error?.description == "listen on \(host):\(configuration.port): \(reason)")
    }
}
