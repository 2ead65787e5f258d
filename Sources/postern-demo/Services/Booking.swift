import FoundationEssentials

/// A stay that a guest requests.
struct Booking: Codable, Hashable, Sendable {
    /// The person that books.
    struct Guest: Codable, Hashable, Sendable {
        let name: String
        let email: String?
    }

    /// The kind of a room.
    enum Room: String, Codable, CaseIterable, Sendable {
        case single, double, suite

        /// The price of one night.
        var pricePerNight: Decimal {
            switch self {
            case .single: 80
            case .double: 120
            case .suite: 260
            }
        }
    }

    let id: UUID
    let guest: Guest
    let room: Room
    let arrival: Date
    let nights: Int
    let wishes: [String]
}

/// A booking with its price.
struct Confirmation: Codable, Hashable, Sendable {
    let id: UUID
    let guest: Booking.Guest
    let room: Booking.Room
    let arrival: Date
    let departure: Date
    let price: Decimal
    let currency: String
}
