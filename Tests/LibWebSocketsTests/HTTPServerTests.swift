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
    func serversStartAndStopAgainAndAgain(loops: Int) async throws {
        for _ in 0..<5 {
            var configuration = configuration
            configuration.loops = loops
            let server = try await HTTPServer(configuration) { _ in Nothing() }
            #expect(server.port > 0 && server.loops.count == loops)
            await server.stop()
            for loop in server.loops { loop.join() }
        }
    }

    @Test(arguments: [1, 2]) func aPortThatIsTakenIsRefused(loops: Int) async throws {
        var configuration = configuration
        configuration.loops = loops
        let first = try await HTTPServer(configuration) { _ in Nothing() }
        configuration.port = first.port
        await #expect(throws: HTTPServer.StartError.self) { try await HTTPServer(configuration) { _ in Nothing() } }
        await first.stop()
    }

    @Test func stoppedServersAnswerAndDoNotHang() async throws {
        let server = try await HTTPServer(configuration) { _ in Nothing() }
        await server.stopAccepting()
        await server.stop()
        await server.stop()
        await server.stopAccepting()
        #expect(await server.connectionCount == 0)
    }

    @Test(arguments: ["256.0.0.1", "no such name", ""])
    func addressesThatAreNoneAreRefused(_ host: String) async {
        var configuration = configuration
        configuration.host = host
        await #expect(throws: HTTPServer.StartError.self) { try await HTTPServer(configuration) { _ in Nothing() } }
    }
}
