import Synchronization
import Testing

@testable import PosternAdmission

@Suite struct ConnectionPoolTests {
    @Test(arguments: [
        (768, [10_000], 768), (768, [10_000, 10_000], 384), (32, [10_000, 11_000], 16), (768, [100, 10_000], 668),
        (768, [300, 10_000, 100, 10_000], 222), (2, [9, 9, 9], 1), (768, [300, 400], Int.max), (768, [], Int.max),
    ])
    func serversHaveEqualSharesOfWhatThereMayBe(connections: Int, wanted: [Int], share: Int) {
        #expect(ConnectionPool.share(of: connections, among: wanted) == share)
        #expect(wanted.map { min($0, share) }.reduce(0, +) <= max(connections, wanted.count))
    }

    @Test func aServerThatStopsLeavesItsPartToTheOthers() {
        let pool = ConnectionPool { min($0, 768) }
        let first = ConnectionReservation(of: 10_000, in: pool)
        #expect(first.connections == 768)
        let second = ConnectionReservation(of: 10_000, in: pool)
        #expect(first.connections == 384 && second.connections == 384)
        #expect(first.connections(forEachOf: 3) == 128 && first.connections(forEachOf: 1_000) == 1)
        second.release()
        #expect(first.connections == 768)
        do {
            let third = ConnectionReservation(of: 10, in: pool)
            #expect(third.connections == 10 && first.connections == 758)
        }
        #expect(first.connections == 768)
    }

    @Test func roomIsMadeForAllServersTogether() {
        let asked = Mutex<[Int]>([])
        let pool = ConnectionPool { wanted in
            asked.withLock { $0.append(wanted) }
            return 20_000
        }
        let (first, second) = (ConnectionReservation(of: 10_000, in: pool), ConnectionReservation(of: 9_000, in: pool))
        #expect(asked.withLock { $0 } == [10_000, 19_000] && pool.wanted == 19_000)
        #expect(first.connections == 10_000 && second.connections == 9_000)
        let most = ConnectionReservation(of: .max, in: pool)
        #expect(pool.wanted == .max && most.connections == 6_666 && first.connections == 6_666)
    }

    @Test func aServerMayAlwaysHaveOneConnection() {
        let pool = ConnectionPool { _ in 0 }
        #expect(ConnectionReservation(of: -1, in: pool).connections == 1)
    }
}
