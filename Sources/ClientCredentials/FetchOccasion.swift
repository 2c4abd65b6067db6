/// Why a token is asked for.
enum FetchOccasion: String, Sendable {
    /// None was there, or the one that was there had ended.
    case needed
    /// The one that was there neared its end.
    case early
    /// There is another credential.
    case rotation
}
