import Testing

@testable import PosternAdmission

@Suite struct DescriptorLimitTests {
    @Test(arguments: [
        (64, 32), (10, 16), (512, 256), (1_024, 768), (20_000, 19_744), (1_073_741_816, 1_048_320), (.max, 1_048_320),
    ])
    func connectionsLeaveDescriptorsForOtherUses(limit: Int, connections: Int) {
        #expect(DescriptorLimit.connections(within: limit) == connections)
    }

    @Test(arguments: [(10_000, 10_256), (0, 256), (-1, 256), (.max, 1 << 20)])
    func aboutAMillionDescriptorsAreNeededAtMost(connections: Int, descriptors: Int) {
        #expect(DescriptorLimit.needed(forConnections: connections) == descriptors)
    }

    @Test func aLoweredLimitIsRestored() {
        let before = DescriptorLimit.current
        let lowered = DescriptorLimit.withLimit(of: before - 1) { DescriptorLimit.current }
        #expect(lowered == before - 1 && DescriptorLimit.current == before)
    }
}
