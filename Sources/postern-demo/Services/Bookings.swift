import FoundationEssentials
import Postern

/// The service `bookings`, an example of types of one's own: nested structs, an enumeration, a date and a UUID.
enum Bookings {
    /// Registers the service.
    static func register(in router: Router) {
        let service = router.service("bookings", documentation: "Rooms of a small hotel")
        service.register(
            "book",
            Parameter<Booking>("booking", "The guest, the room and the dates"),
            Parameter<String?>("currency", "The currency of the price, as three letters", default: "EUR"),
            options: MethodOptions(documentation: "Books a room and returns what it costs", execution: .onEventLoop)
        ) { (booking: Booking, currency: String?) throws -> Confirmation in
            try confirm(booking, currency ?? "EUR")
        }
    }

    private static func confirm(_ booking: Booking, _ currency: String) throws(CallError) -> Confirmation {
        guard (1...365).contains(booking.nights) else {
            throw CallError(.invalidParameters, "Parameter booking: \(booking.nights) nights are not within 1 to 365")
        }
        return Confirmation(
            id: booking.id,
            guest: booking.guest,
            room: booking.room,
            arrival: booking.arrival,
            departure: booking.arrival.addingTimeInterval(Double(booking.nights) * secondsOfADay),
            price: booking.room.pricePerNight * Decimal(booking.nights),
            currency: currency
        )
    }

    private static let secondsOfADay = 86_400.0
}
