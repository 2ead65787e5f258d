import Testing

@testable import PosternAdmission

@Suite struct AddressSharesTests {
    private var shares = AddressShares()

    private mutating func take(_ bucket: AddressShares.Bucket) -> Bool { shares.take(bucket, atMost: 2) }

    private func bucket(_ text: String) throws -> AddressShares.Bucket {
        AddressShares.Bucket(try #require(IPAddress(text[...])))
    }

    @Test mutating func oneAddressHasAsManyPlacesAsItMay() throws {
        let (one, other) = (try bucket("192.0.2.1"), try bucket("192.0.2.2"))
        let taken = [take(one), take(one), take(one), take(other)]
        #expect(taken == [true, true, false, true])
        shares.release(one)
        let again = [take(one), take(one)]
        #expect(again == [true, false])
    }

    @Test mutating func anAddressWithoutPlacesHasNoEntry() throws {
        let one = try bucket("192.0.2.1")
        _ = [take(one), take(one)]
        #expect(shares.count == 1)
        shares.release(one)
        #expect(shares.count == 1)
        shares.release(one)
        #expect(shares.count == 0)
        // A release too many changes nothing.
        shares.release(one)
        let taken = [take(one), take(one), take(one)]
        #expect(taken == [true, true, false])
    }

    @Test mutating func manyAddressesThatLeaveLeaveNothingBehind() throws {
        for number in 0..<5_000 { _ = take(AddressShares.Bucket(.v4(UInt32(number)))) }
        #expect(shares.count == 5_000)
        for number in 0..<5_000 { shares.release(AddressShares.Bucket(.v4(UInt32(number)))) }
        #expect(shares.count == 0)
    }

    @Test(arguments: [
        ("2001:db8::1", "2001:db8::ffff:1", true), ("2001:db8::1", "2001:db8:0:1::1", false),
        ("192.0.2.1", "::ffff:192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
        // The bits of an IPv4 address are not those of a network of IPv6.
        ("0.0.0.0", "::", false),
    ])
    func addressesOfOneNetworkOfIPv6ShareABucket(one: String, other: String, isShared: Bool) throws {
        #expect((try bucket(one) == bucket(other)) == isShared)
    }
}
