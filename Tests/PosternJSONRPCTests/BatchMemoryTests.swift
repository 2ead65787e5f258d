import Testing

@testable import PosternJSONRPC

@Suite struct BatchMemoryTests {
    @Test func anEndedPieceCountsWithTheMemoryThatItOccupies() {
        var batch = Batch()
        batch.text.reserveCapacity(300_000)
        batch.text.append(contentsOf: repeatElement(0x20, count: 70_000))
        batch.answers.append(batch.place(from: 0))
        #expect(batch.text.isEmpty)
        #expect(batch.byteCount == 70_000)
        #expect(batch.capacity >= 300_000)
    }

    @Test func responsesKeepTheirMemoryInAnotherBatchAndReleaseItWhenWritten() {
        var first = Batch()
        first.text.reserveCapacity(300_000)
        first.text.append(contentsOf: repeatElement(0x20, count: 70_000))
        first.answers.append(first.place(from: 0))
        var second = Batch()
        second.takeResponses(of: first)
        #expect(second.capacity >= 300_000)
        var output: [UInt8] = []
        #expect(second.append(to: &output) == 1)
        #expect(output.count == 70_002)
        #expect((second.byteCount, second.capacity) == (0, 0))
    }
}
