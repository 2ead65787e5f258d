import Testing

@testable import PosternJSONRPC

@Suite struct BatchMemoryTests {
    private let large = [UInt8](repeating: 0x20, count: 300_000)

    @Test func anEndedPieceCountsWithTheMemoryThatItOccupies() {
        var batch = Batch()
        batch.text.reserveCapacity(600_000)
        batch.text += large
        batch.answers.append(batch.place(from: 0))
        #expect(batch.text.isEmpty)
        #expect(batch.byteCount == 300_001)
        #expect(batch.capacity >= 600_000)
    }

    @Test func responsesKeepTheirMemoryInAnotherBatchAndReleaseItWhenTaken() {
        var first = Batch()
        first.text.reserveCapacity(600_000)
        first.text += large
        first.answers.append(first.place(from: 0))
        var second = Batch()
        second.takeResponses(of: first)
        #expect(second.capacity >= 600_000)
        #expect(second.takePieces().map(\.count) == [1, 300_001])
        #expect((second.byteCount, second.capacity) == (0, 0))
    }

    /// The order in which the calls of a batch end, by the positions of their requests.
    @Test(arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [1, 2, 3, 0], [2, 0, 3, 1]])
    func responsesHaveTheOrderOfTheRequestsWhateverTheirSizes(order: [Int]) {
        for sizes in [[5, 6, 7, 8], [300_000, 1, 300_000, 2], [1, 70_000, 400_000, 5], [0, 300_000, 0, 3]] {
            var batch = Batch()
            batch.answers = Array(repeating: 0..<0, count: sizes.count)
            for entry in order {
                let start = batch.text.count
                batch.text += repeatElement(UInt8(ascii: "a") + UInt8(entry), count: sizes[entry])
                batch.answers[entry] = batch.place(from: start)
            }
            var output: [UInt8] = []
            if batch.isInPieces { output += batch.takePieces().joined() } else { batch.take(into: &output) }
            let responses = sizes.enumerated().filter { $0.element > 0 }.map { entry, size in
                String(repeating: ["a", "b", "c", "d"][entry], count: size)
            }
            #expect(String(decoding: output, as: UTF8.self) == "[\(responses.joined(separator: ","))]")
            #expect((batch.byteCount, batch.isAnswered) == (0, true))
        }
    }
}
