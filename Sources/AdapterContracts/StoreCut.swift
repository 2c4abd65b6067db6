public import RotationCore

/// One call of a store to the outside that doesn't come to a good end.
public struct StoreCut: Sendable, Hashable, CustomStringConvertible {
    /// Which one, counted from 1 over everything that the store asks.
    public let number: Int
    /// Whether it happened all the same.
    public let isDone: Bool
    /// Whether the process is dead from there on, so that no further call is made.
    public let isDeath: Bool

    /// Every way in which call `number` can be cut.
    public static func all(of number: Int) -> [StoreCut] {
        [(false, false), (true, false), (false, true), (true, true)].map {
            StoreCut(number: number, isDone: $0.0, isDeath: $0.1)
        }
    }

    /// For people.
    public var description: String {
        let (how, side) = (isDeath ? "killed" : "no answer", isDone ? "behind" : "in front of")
        return "\(how) \(side) call \(number)"
    }
}

/// A store at one of whose calls something goes wrong.
public struct CutStore: Sendable {
    /// The store.
    public let store: any SecretStore
    /// Whether it came to that call.
    public let isReached: @Sendable () -> Bool

    /// The same store as the suite's, but for one call.
    public init(_ store: any SecretStore, isReached: @escaping @Sendable () -> Bool) {
        self.store = store
        self.isReached = isReached
    }
}
