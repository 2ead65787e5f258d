/// The straight line through points with the least squares of the distances.
package struct LinearFit: Hashable, Sendable {
    /// The increase of the value for an increase of the position by one.
    package let slope: Double
    /// The value at position 0.
    package let intercept: Double

    /// Fits a line; returns `nil` for fewer than two different positions.
    package init?(_ points: [(position: Double, value: Double)]) {
        let count = Double(points.count)
        let position = points.reduce(0) { $0 + $1.position } / count
        let value = points.reduce(0) { $0 + $1.value } / count
        // From the means, so that large values do not cancel each other.
        let spread = points.reduce(0) { $0 + ($1.position - position) * ($1.position - position) }
        let common = points.reduce(0) { $0 + ($1.position - position) * ($1.value - value) }
        guard spread > 0 else { return nil }
        slope = common / spread
        intercept = value - slope * position
    }

    /// Returns the value of the line at a position.
    package func value(at position: Double) -> Double { intercept + slope * position }
}
