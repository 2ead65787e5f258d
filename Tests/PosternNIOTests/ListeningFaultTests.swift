import Postern
import PosternNIO
import Testing

/// The sentences about TCP addresses at which a server cannot listen.
@Suite struct ListeningFaultTests {
    @Test func aPortInUseIsReportedWithTheReasonOfTheSystem() async throws {
        let first = try await NativeServer.listen(on: .tcp(host: "127.0.0.1", port: 0), serving: NothingExposed())
        let address = try #require(first.address)
        let error = await #expect(throws: CallError.self) {
            try await NativeServer.listen(on: address, serving: NothingExposed())
        }
        #expect(error?.message == "Cannot listen at \(address): Address already in use")
        await first.stop()
    }

    @Test func aHostThatIsUnknownIsReported() async {
        let error = await #expect(throws: CallError.self) {
            try await NativeServer.listen(on: "tcp://host.invalid:0", serving: NothingExposed())
        }
        #expect(error?.message == "Cannot listen at tcp:host.invalid:0: there is no such host")
    }
}
