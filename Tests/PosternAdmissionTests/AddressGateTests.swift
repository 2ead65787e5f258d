import Testing

@testable import PosternAdmission

@Suite struct AddressGateTests {
    private func place(_ entry: AddressGate.Entry) -> AddressPlace? {
        if case .admitted(let place) = entry { place } else { nil }
    }

    private func isUnlimited(_ entry: AddressGate.Entry) -> Bool { if case .unlimited = entry { true } else { false } }

    @Test func aPlaceIsFreeAgainOnceItIsReleased() {
        let gate = AddressGate(AddressLimits(), maximumConnections: 4)
        let address = PeerAddress("192.0.2.1")
        var places = [place(gate.enter(address)), place(gate.enter(address))]
        #expect(places.allSatisfy { $0 != nil } && place(gate.enter(address)) == nil)
        #expect(gate.refusalCount == 1 && gate.addressCount == 1)
        #expect(place(gate.enter(PeerAddress("192.0.2.2"))) != nil)
        places.removeLast()
        #expect(place(gate.enter(address)) != nil)
        places = []
        #expect(gate.addressCount == 0)
    }

    @Test(
        arguments: [
            (nil, 10_000, 5_000), (100, 10_000, 100), (9_000, 10_000, 5_000), (nil, 1, 1), (0, 10, 1), (-5, 10, 1),
        ] as [(Int?, Int, Int)]
    )
    func theShareIsAtMostHalfOfAll(option: Int?, all: Int, share: Int) {
        var limits = AddressLimits()
        limits.connectionsPerAddress = option
        #expect(AddressGate(limits, maximumConnections: all).share == share)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("::ffff:127.0.0.1", true), ("unix", true),
        ("10.0.0.5", true), ("10.1.2.3", true), ("10.0.0.6", false), ("fd00::7", true), ("fd00:0:0:1::7", false),
        ("192.0.2.1", false), ("::ffff:10.1.2.3", true), ("fe80::1%eth0", false), ("unknown", true),
    ])
    func loopbackUnixSocketsAndProxiesAreNotLimited(address: String, isUnlimited: Bool) {
        var limits = AddressLimits()
        limits.trustedProxies = ["10.0.0.5", "10.1.0.0/16", "fd00::/64"].compactMap(TrustedProxy.init)
        let gate = AddressGate(limits, maximumConnections: 10)
        #expect(self.isUnlimited(gate.enter(PeerAddress(address))) == isUnlimited)
    }

    @Test func loopbackIsLimitedIfTheOptionSaysSo() {
        var limits = AddressLimits()
        limits.limitsLoopback = true
        let gate = AddressGate(limits, maximumConnections: 2)
        let first = place(gate.enter(PeerAddress("127.0.0.1")))
        #expect(first != nil && place(gate.enter(PeerAddress("127.0.0.1"))) == nil)
        #expect(place(gate.enter(PeerAddress("127.0.0.2"))) != nil)
    }

    /// A client that is named loopback is not the machine of the server.
    @Test func aClientThatAProxyNamesIsLimitedWhateverItsAddress() throws {
        let gate = AddressGate(AddressLimits(), maximumConnections: 2)
        let address = try #require(IPAddress("127.0.0.1"))
        let first = place(gate.enter(client: address))
        #expect(first != nil && place(gate.enter(client: address)) == nil)
    }
}
