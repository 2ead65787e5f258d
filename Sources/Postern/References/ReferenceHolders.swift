/// Who holds one function or object of this process, and when its owner learns that nothing holds it any more.
///
/// A holder is an entry in the table of exports of one connection: it begins with the first message that names the
/// function, written or not, and ends when no message and no other end needs it. The owner is notified once: when the
/// last holder ends after another end has received the function. One that no other end has received is kept by handles
/// in this process only, and its owner is notified when the last of those is freed.
struct ReferenceHolders: Sendable {
    private var count = 0
    private var wasLent = false

    /// Counts one more holder.
    mutating func gain() { count += 1 }

    /// Notes that a message with the function has left.
    mutating func noteLent() { wasLent = true }

    /// Counts one holder less.
    ///
    /// - Returns: Whether the owner is to be notified, if that has not happened before.
    mutating func lose() -> Bool {
        count -= 1
        return count == 0 && wasLent
    }
}
