using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Exchange.Tests.Architecture;

/// <summary>
/// Reads what the compiled code of an assembly mentions: member references of every method body, types of fields, parameters, results
/// and locals, floating-point instructions. Compiled code tells more than sources: `var`, operators and expanded syntax are all there.
/// </summary>
public sealed class IlScanner
{
    private static readonly Dictionary<int, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(field => field.GetValue(null))
        .OfType<OpCode>()
        .ToDictionary(code => code.Value & 0xFFFF);

    private readonly TypeNameProvider _names = new();
    private readonly PEReader _image;
    private readonly MetadataReader _reader;
    private readonly List<IlUse> _uses = [];

    private IlScanner(PEReader image)
    {
        _image = image;
        _reader = image.GetMetadataReader();
    }

    /// <summary>Returns everything that the assembly's code mentions.</summary>
    public static IReadOnlyList<IlUse> Scan(string assemblyPath)
    {
        using var image = new PEReader(ImmutableArray.Create(File.ReadAllBytes(assemblyPath)));
        var scanner = new IlScanner(image);
        foreach (var handle in scanner._reader.TypeDefinitions)
        {
            scanner.ScanType(handle);
        }

        return scanner._uses;
    }

    /// <summary>Returns the simple names of the assemblies that the assembly refers to.</summary>
    public static IReadOnlyList<string> References(string assemblyPath)
    {
        using var image = new PEReader(ImmutableArray.Create(File.ReadAllBytes(assemblyPath)));
        var reader = image.GetMetadataReader();
        return [.. reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name))];
    }

    private void ScanType(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        var typeName = _names.GetTypeFromDefinition(_reader, handle, 0);
        foreach (var fieldHandle in type.GetFields())
        {
            var field = _reader.GetFieldDefinition(fieldHandle);
            AddType(typeName, _reader.GetString(field.Name), field.DecodeSignature(_names, null));
        }

        foreach (var methodHandle in type.GetMethods())
        {
            var method = _reader.GetMethodDefinition(methodHandle);
            var methodName = _reader.GetString(method.Name);
            var signature = method.DecodeSignature(_names, null);
            AddType(typeName, methodName, signature.ReturnType);
            foreach (var parameter in signature.ParameterTypes)
            {
                AddType(typeName, methodName, parameter);
            }

            if (method.RelativeVirtualAddress != 0)
            {
                ScanBody(typeName, methodName, _image.GetMethodBody(method.RelativeVirtualAddress));
            }
        }
    }

    private void ScanBody(string typeName, string methodName, MethodBodyBlock body)
    {
        if (!body.LocalSignature.IsNil)
        {
            foreach (var local in _reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_names, null))
            {
                AddType(typeName, methodName, local);
            }
        }

        var il = body.GetILReader();
        while (il.RemainingBytes > 0)
        {
            var value = (int)il.ReadByte();
            if (value == 0xFE)
            {
                value = 0xFE00 | il.ReadByte();
            }

            var code = OpCodesByValue[value];
            if (code.Name!.Contains("r4", StringComparison.Ordinal) || code.Name.Contains("r8", StringComparison.Ordinal) || code == OpCodes.Conv_R_Un)
            {
                AddType(typeName, methodName, code.Name.Contains("r4", StringComparison.Ordinal) ? "System.Single" : "System.Double");
            }

            ScanOperand(typeName, methodName, code, ref il);
        }
    }

    private void ScanOperand(string typeName, string methodName, OpCode code, ref BlobReader il)
    {
        switch (code.OperandType)
        {
            case OperandType.InlineNone:
                break;
            case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                il.Offset += 1;
                break;
            case OperandType.InlineVar:
                il.Offset += 2;
                break;
            case OperandType.InlineI8 or OperandType.InlineR:
                il.Offset += 8;
                break;
            case OperandType.InlineSwitch:
                var count = il.ReadInt32();
                il.Offset += 4 * count;
                break;
            case OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok:
                AddEntity(typeName, methodName, MetadataTokens.EntityHandle(il.ReadInt32()), genericArguments: "");
                break;
            default:
                il.Offset += 4;
                break;
        }
    }

    private void AddEntity(string typeName, string methodName, EntityHandle handle, string genericArguments)
    {
        switch (handle.Kind)
        {
            case HandleKind.MethodSpecification:
                var specification = _reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                var arguments = string.Join(',', specification.DecodeSignature(_names, null));
                AddEntity(typeName, methodName, specification.Method, arguments);
                break;
            case HandleKind.MemberReference:
                var member = _reader.GetMemberReference((MemberReferenceHandle)handle);
                var isMethod = member.GetKind() == MemberReferenceKind.Method;
                var signature = isMethod ? member.DecodeMethodSignature(_names, null) : default;
                var types = isMethod ? signature.ParameterTypes : [member.DecodeFieldSignature(_names, null)];
                _uses.Add(new IlUse(
                    typeName,
                    methodName,
                    _names.NameOf(_reader, member.Parent),
                    _reader.GetString(member.Name),
                    string.Join(',', types),
                    genericArguments));
                if (isMethod)
                {
                    AddType(typeName, methodName, signature.ReturnType);
                }

                foreach (var type in types)
                {
                    AddType(typeName, methodName, type);
                }

                break;
            case HandleKind.TypeDefinition or HandleKind.TypeReference or HandleKind.TypeSpecification:
                AddType(typeName, methodName, _names.NameOf(_reader, handle));
                break;
        }
    }

    private void AddType(string typeName, string memberName, string type) => _uses.Add(new IlUse(typeName, memberName, type, "", "", ""));
}
