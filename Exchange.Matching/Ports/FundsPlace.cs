namespace Exchange.Matching.Ports;

/// <summary>
/// Where the funds of one account in one asset are: told once by <see cref="ILedger.PlaceOf"/>, the same for as long as the process runs, never stored
/// elsewhere. The default is no place.
/// </summary>
/// <param name="Index">The ledger's matter.</param>
public readonly record struct FundsPlace(int Index);
